"""What several formats share, or what would be too long for the module of one."""
