"""What the editor and the command line call: preference, enhancement, export. No Qt."""
