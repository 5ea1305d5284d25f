"""The study: systems of the literature, trained alike on the same users and compared by the same benchmark."""
