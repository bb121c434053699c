"""How fast the service is beside raw SQL in the same run (docs/benchmarks.md). Nothing of the service imports this."""
