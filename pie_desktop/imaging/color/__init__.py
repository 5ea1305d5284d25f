"""Color spaces, ICC profiles, and conversion to and from the working space."""
