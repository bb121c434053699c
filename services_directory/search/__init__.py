"""The search: how words are read, what is asked of the index, and the statement that answers. See docs/search.md."""
