"""What every training run shares: the loop of events, the optimizer step, checkpoints, and processes."""
