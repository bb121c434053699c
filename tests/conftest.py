"""Fixtures that every test may use. People are named by what they do, never numbered."""
