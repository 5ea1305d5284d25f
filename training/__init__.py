"""The end-to-end training core: simulator, losses, loop, evaluation. Headless, no Qt."""
