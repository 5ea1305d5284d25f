"""Doubles of what is too slow for a test: each implements a protocol of the program, to which mypy holds it."""
