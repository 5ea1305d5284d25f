"""Files and drawings (SVG) in which results are reported."""
