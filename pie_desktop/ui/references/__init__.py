"""The references of a style beside the photo and at the size of the canvas, and how much each counts."""
