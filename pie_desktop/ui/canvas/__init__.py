"""The photo on the screen: geometry, rendering of what is visible, comparison views."""
