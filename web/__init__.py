"""Pages for people. Thin: each view makes one call and prepares everything; templates hold no query and no rule.

This is the door only (sign in, see what waits, read what a message speaks of); steps are taken through the API.
"""
