"""Enhancers: a photo and a style in, the photo in that style out."""
