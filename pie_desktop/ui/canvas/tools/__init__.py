"""Tools that own the mouse over the photo while they are chosen: masks, crop."""
