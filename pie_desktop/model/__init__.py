"""The preference model, inference only. torch, no Qt."""
