"""The referrer's pages."""
