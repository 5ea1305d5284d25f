"""One decoder per kind of file: its header without pixels, and its samples as they are stored."""
