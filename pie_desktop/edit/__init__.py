"""All that a person decided about one photo, and how it becomes a LUT. No Qt, no torch."""
