"""The demonstration: a made-up year of referrals, told through the services as it would have happened."""
