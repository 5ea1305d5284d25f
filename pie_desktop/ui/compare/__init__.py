"""Comparing several styles of the open photo, and contact sheets of several photos in several styles."""
