"""The lead's and the manager's pages: figures, waits, the audit, users and teams."""
