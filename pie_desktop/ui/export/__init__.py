"""The Export page: a plan that can be looked at before anything is written, then the batch."""
