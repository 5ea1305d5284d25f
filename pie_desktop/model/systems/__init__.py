"""The systems of the study: style encoders and enhancers, built from their papers."""
