"""Why a photo looks as it does: the style in words, curves and hues, and the references that counted."""
