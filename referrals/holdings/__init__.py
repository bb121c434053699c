"""What is held on a person, row by row: what the person is given of it, and what becomes of it when it is forgotten.

One declaration for each model that hangs on a person (`register`): the file for the person and the forgetting are made
from it, and a test holds it to the models, so that no new one can be left out of either.
"""

from referrals.holdings.kinds import GONE, Holding
from referrals.holdings.reading import identity_of, rows_of
from referrals.holdings.register import HOLDINGS

__all__ = ["GONE", "HOLDINGS", "Holding", "identity_of", "rows_of"]
