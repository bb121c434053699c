"""A listing as one document: what can be said of it, read from its rows, and what became different."""
