"""The fuzz: difficult files, changed at random, through everything that reads a file. `make fuzz` runs it."""
