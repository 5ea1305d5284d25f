"""Classical ways to transfer a look, for comparison."""
