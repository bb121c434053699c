"""Who: organisations, their teams, the people who work in them, and the tokens of machines."""
