"""Help inside the editor: short pages and the sheet of shortcuts."""
