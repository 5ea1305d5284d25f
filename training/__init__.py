"""The training core: simulator, losses, training runs, benchmark and study. No Qt."""
