"""The parts of an edit, one module each; every module here is loaded and registers its part (see `edit.part`)."""
