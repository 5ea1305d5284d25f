"""What a person can do in the window: every action declared once, for menus, keys, the command list and the help."""
