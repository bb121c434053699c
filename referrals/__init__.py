"""The heart: people, their referrals, the onward referrals to services, and what came of them."""
