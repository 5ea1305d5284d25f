"""PIE Desktop: retouch photos the way their photographer would."""

__version__ = "0.1.0"
