"""Signing in, and what somebody sets for themself."""
