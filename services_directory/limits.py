"""How much one listing may hold, whoever writes it: a feed, a person, or a spreadsheet.

No listing that is meant to be read comes near these. They are there so that one that is not costs nobody else.
"""

MOST_TEXT = 50_000
"""Characters of any text, without markup: some eight thousand words."""
MOST_MARKED_UP = 1_000_000
"""Characters of a text as a feed writes it, from which markup is taken: what is behind them is not read at all."""
MOST_SHAPE = 500_000
"""Characters of a shape on the map (GeoJSON): a borough with a point every few metres. Cut, it would be none."""
MOST_LINK = 2_000
"""Characters of an address: browsers and mail programs promise no more."""
MOST_PARTS = 1_000
"""Parts of one kind within one thing: a national service with a thousand places."""
MOST_ROWS = 20_000
"""Parts of all kinds of one record of a feed, those within parts too."""
MOST_NESTED = 20
"""How deep values of the standard that have no columns here may be nested."""
MOST_RECORD = 5_000_000
"""Characters of one record of a feed: twice what `MOST_ROWS` usual parts come to."""
