"""The Train page: fine-tune the model on the user's own edits and prove on held-out photos that it got better."""
