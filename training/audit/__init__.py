"""The audit: whether and how the preference changes the result."""
