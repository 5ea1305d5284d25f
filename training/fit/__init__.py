"""Training of the preference model: assembly, trainer, objective, pretraining, validation."""
