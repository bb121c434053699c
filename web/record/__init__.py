"""A referral or an onward referral in words: what every page about one shows, whoever reads it."""
