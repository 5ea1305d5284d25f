"""Edits and their originals: found by name, aligned, and checked for showing the same image."""
