"""Widgets, models and actions."""
