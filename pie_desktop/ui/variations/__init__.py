"""Neighbours of the style of the open photo, of which one may be taken."""
