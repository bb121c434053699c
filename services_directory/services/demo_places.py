"""The places of the demonstration."""

import datetime as dt
from collections.abc import Iterable, Mapping

from services_directory.demo.postcodes import FILE
from services_directory.models import Neighbourhood, Postcode
from services_directory.services.neighbourhoods import load_neighbourhoods
from services_directory.services.postcodes import load_postcodes


def load_demo_places(*, neighbourhoods: Iterable[Mapping[str, object]], at: dt.datetime) -> None:
    """Load the sample of made-up postcodes, and neighbourhoods; where there are any already, those stay.

    :param neighbourhoods: as `load_neighbourhoods` takes them.
    """
    if not Postcode.objects.exists():
        load_postcodes(path=FILE, at=at, restart=True)
    if not Neighbourhood.objects.exists():
        load_neighbourhoods(neighbourhoods)
