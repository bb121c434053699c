"""The directory as Open Referral UK publishes it: public, read-only, under `/open-referral/v3/`."""
