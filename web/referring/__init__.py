"""The referrer's pages: make a referral, see what became of it, answer, withdraw."""
