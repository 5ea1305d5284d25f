"""Export of looks for other programs."""
