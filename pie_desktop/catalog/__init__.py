"""Per-photo edit state, kept across restarts (SQLite). No Qt."""
