"""Style encoders: style images in, `StyleFeatures` out."""
