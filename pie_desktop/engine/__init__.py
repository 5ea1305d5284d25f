"""The model in use: preferences of styles, transforms of photos, and which bundle is chosen. No Qt."""
