"""Neighbourhoods of Stockport, and twelve practices that do not exist. Plain data.

Real neighbourhoods, so that the demonstration feels at home; made-up practices, because an invented person must never
stand beside the name of a real one. Their ODS codes begin with Z9, which no practice has.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """The area of one link-worker team."""

    team: str
    districts: tuple[str, ...]
    towns: tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """A made-up practice. `share` is how much of all referring it does: a few practices refer most."""

    ods_code: str
    name: str
    neighbourhood: str
    share: int


NEIGHBOURHOODS = {
    "brinnington": Neighbourhood(
        team="Brinnington & Reddish", districts=("SK5 6", "SK5 7", "SK5 8"), towns=("Brinnington", "Reddish")
    ),
    "heatons": Neighbourhood(
        team="Heatons & Tame Valley",
        districts=("SK4 1", "SK4 3", "SK4 4", "SK1 2", "SK3 9"),
        towns=("Heaton Norris", "Heaton Moor", "Edgeley"),
    ),
    "bramhall": Neighbourhood(
        team="Bramhall, Cheadle & Marple",
        districts=("SK6 6", "SK6 7", "SK7 2", "SK7 3", "SK8 1", "SK8 2"),
        towns=("Marple", "Bramhall", "Cheadle"),
    ),
}

PRACTICES = (
    Practice("Z90001", "Millbrook Surgery (demonstration)", "brinnington", 22),
    Practice("Z90002", "Kestrel House Practice (demonstration)", "brinnington", 14),
    Practice("Z90003", "Weavers' Yard Surgery (demonstration)", "brinnington", 10),
    Practice("Z90004", "Ropewalk Practice (demonstration)", "brinnington", 6),
    Practice("Z90005", "Three Arches Surgery (demonstration)", "heatons", 12),
    Practice("Z90006", "Hatters' Row Surgery (demonstration)", "heatons", 7),
    Practice("Z90007", "Foxglove Medical Practice (demonstration)", "heatons", 4),
    Practice("Z90008", "Summit House Practice (demonstration)", "heatons", 3),
    Practice("Z90009", "Silver Birch Practice (demonstration)", "bramhall", 9),
    Practice("Z90010", "Old Orchard Surgery (demonstration)", "bramhall", 6),
    Practice("Z90011", "Canal Basin Practice (demonstration)", "bramhall", 4),
    Practice("Z90012", "Bluebell Lane Surgery (demonstration)", "bramhall", 3),
)
