"""The histogram of the open photo, before and after its edit."""
