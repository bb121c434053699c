"""The ONS Postcode Directory as it is published: its files, its columns, its rows. No database."""
