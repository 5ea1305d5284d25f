"""Styles and their references on disk. No Qt."""
