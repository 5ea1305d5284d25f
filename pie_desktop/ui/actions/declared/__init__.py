"""The actions of the editor, one file for each menu."""
