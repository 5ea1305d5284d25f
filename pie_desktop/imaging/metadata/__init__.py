"""EXIF, IPTC and XMP: reading, and copying under a policy."""
