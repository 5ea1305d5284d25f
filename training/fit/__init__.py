"""Fitting the preference model: assembly, loop, objective, checkpoints."""
