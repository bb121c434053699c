"""Open Referral UK (HSDS 3.0): records read from feeds and files, and what the rows of the directory take of them."""
