"""The commands of `pie-desktop` that work without a window. No Qt."""
