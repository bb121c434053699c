"""The shared floor: errors, problem details, pagination, clocks, identifiers. Knows nobody above it."""
