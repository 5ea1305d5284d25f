"""Resizing and output sharpening."""
