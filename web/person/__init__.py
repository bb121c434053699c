"""The person's own pages, by a signed link."""
