"""The photo being edited: its decodes, its transform, its edit and history."""
