"""File formats, one module each; `registry` finds them, `format` says what such a module declares."""
