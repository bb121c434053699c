"""Webhooks as Standard Webhooks 1.0 has them: a signed request tells a team's own system that there is news."""
