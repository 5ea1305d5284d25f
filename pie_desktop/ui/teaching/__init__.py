"""Teaching a style by hand: adding edits to it, what that would change, and the offer after several similar ones."""
