"""The edits of all photos, and their thumbnails, in two SQLite files. No Qt."""
