"""Mathematics of what depends on the pixels around: base layers, sharpening, noise reduction, grain."""
