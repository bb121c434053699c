"""Who asks. Apart, because the command reads it before Django is there."""

ROLES = {
    "referrer": "R", "link-worker": "W", "lead": "L", "provider": "P", "manager": "M", "editor": "E",
    "privacy-officer": "O", "safeguarding": "G", "elsewhere": "Z", "no-role": "N", "machine": "K", "nobody": "X",
}  # fmt: skip
"""Who asks, by the word of the command; the letters are those of tests/authority, and K is a system of the practice."""
