"""Rule sets that come with the product: contraindications and eligibility of comparable schemes (field notes 3.2, 3.3).

None of them is the rule set of a service here. `manage.py load_rules` publishes them, so that an editor can apply what
fits; a test holds each to the source that it names.
"""

from services_directory.suitability.seed.contraindications import CONTRAINDICATIONS
from services_directory.suitability.seed.demonstration import DEMONSTRATION
from services_directory.suitability.seed.schemes import SCHEMES
from services_directory.suitability.seed.shape import SeedSet

SEED_SETS: tuple[SeedSet, ...] = (*CONTRAINDICATIONS, *SCHEMES)

__all__ = ["DEMONSTRATION", "SEED_SETS", "SeedSet"]
