"""Figures: uptake, and later equity, waits and outcomes. Reads the pathway's events and changes nothing in it."""
