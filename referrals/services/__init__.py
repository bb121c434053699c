"""Writes: one use case, one function, one durable transaction. It locks, judges, changes, records, announces."""
