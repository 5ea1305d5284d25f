"""The taste finder: two renderings of one photo, and which of them a person likes better."""
