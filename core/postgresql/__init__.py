"""Django's own PostgreSQL backend, with one answer of its own: see `base`."""
