"""Everybody's pages: the directory, and referring oneself from it."""
