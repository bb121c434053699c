"""A request to tell someone becomes a delivered message. Knows addresses and references, never a referral."""
