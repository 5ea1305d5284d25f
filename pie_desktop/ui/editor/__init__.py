"""The photo being edited: its decodes, its look, its state and history."""
