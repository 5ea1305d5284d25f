"""How results are reported: tables on the screen, JSON files, and drawings (SVG)."""
