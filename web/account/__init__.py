"""The frame of every page: signing in, one's own account, help, and what the service says of itself."""
