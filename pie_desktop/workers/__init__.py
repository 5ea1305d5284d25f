"""The only threads of the editor: jobs and lanes."""
