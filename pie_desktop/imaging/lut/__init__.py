"""3D LUTs: making, mixing, applying, and their files."""
