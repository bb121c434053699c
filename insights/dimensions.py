"""By what figures can be told apart: each way to group referrals, as parts of a statement about `referral`.

Where somebody lives is their postcode, looked up when the figures are asked for. Sex and disability are not held, so
there is nothing to group by. The population to compare with is what an organisation loads (population.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from insights.neighbourhoods import AREA, ELSEWHERE, NAME, SECTOR, joins_of
from referrals.enums import ReferralSource, StatedGender

ENGLISH_LSOAS = 33_755
"""Of the census of 2021, which the index of 2025 ranks (of 2019: 32,844): a fifth of them is a fifth of deprivation."""


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One way to group."""

    title: str
    definition: str
    key: str
    """An SQL expression: the group's key, a text; it may read what `joins` adds."""
    name: str = ""
    """An SQL expression: its name. Empty: `names` has it, or it is the key."""
    joins: tuple[str, ...] = ()
    names: Mapping[str, str] | None = None
    order: tuple[str, ...] = ()
    """The keys in their order; where there is none, rows are in the order of their names."""
    is_equity: bool = False

    @property
    def joined(self) -> str:
        """What its key and its name are read from."""
        return "\n".join(self.joins)

    def name_of(self, key: str, named: str | None) -> str:
        """Return what a group is called."""
        return (self.names or {}).get(key, named or key)


_POSTCODE = f"""
LEFT JOIN LATERAL (
    SELECT lsoa, ward, imd_rank, {SECTOR.format(postcode="code")} AS sector
    FROM services_directory_postcode WHERE code = replace(referral.postcode, ' ', '')
) AS postcode ON true
"""  # noqa: S608 - our own text, no value
_PLACE = (_POSTCODE, joins_of("postcode"))
_RECORD = """
LEFT JOIN LATERAL (
    SELECT gender, left(ethnic_category, 2) AS ethnic_category FROM referrals_recordversion AS version
    WHERE version.referral_id = referral.id ORDER BY number DESC LIMIT 1
) AS record ON true
"""
_AGES = {
    "0": "Under 18", "18": "18 to 29", "30": "30 to 44", "45": "45 to 59", "60": "60 to 74", "75": "75 and over",
}  # fmt: skip
_FIFTHS = {
    "1": "1: the most deprived", "2": "2", "3": "3", "4": "4", "5": "5: the least deprived", "": "Not known",
}  # fmt: skip
_GROUPS = {
    "White": ("A", "B", "C"),
    "Mixed": ("D", "E", "F", "G"),
    "Asian or Asian British": ("H", "J", "K", "L"),
    "Black or Black British": ("M", "N", "P"),
    "Chinese or any other": ("R", "S"),
    "Not stated": ("Z",),
    "Not known": ("99",),
}
"""The groups of `EthnicCategory`, as its labels name them."""
_GROUP_OF = " ".join(
    f"WHEN record.ethnic_category = '{code}' THEN '{group}'" for group, codes in _GROUPS.items() for code in codes
)

DIMENSIONS: Final[dict[str, Dimension]] = {
    "source": Dimension(
        title="Source", definition="Who refers, by sort.",
        key="referral.source", names=dict(ReferralSource.choices),
    ),
    "practice": Dimension(
        title="Practice or other referrer", definition="The organisation that referred.",
        key="organization.id::text", name="organization.name",
        joins=(
            """JOIN accounts_team AS team ON team.id = referral.referring_team_id
JOIN accounts_organization AS organization ON organization.id = team.organization_id""",
        ),
    ),
    "neighbourhood": Dimension(
        title="Neighbourhood",
        definition="Where the home lies, by its postcode; elsewhere is also what is not known.",
        key=NAME, joins=_PLACE, names={"": ELSEWHERE},
    ),
    "deprivation": Dimension(
        title="Fifth of deprivation",
        definition=(
            "The fifth of England's small areas (LSOAs) in which the home lies, by the index of multiple deprivation "
            "that came with the postcodes. Not known: no postcode, one that we do not have, or a home outside England."
        ),
        key=f"CASE WHEN postcode.lsoa LIKE 'E%%' AND postcode.imd_rank IS NOT NULL "
        f"THEN least(5, 1 + (postcode.imd_rank - 1) * 5 / {ENGLISH_LSOAS})::text ELSE '' END",
        joins=(_POSTCODE,), names=_FIFTHS, order=tuple(_FIFTHS), is_equity=True,
    ),
    "age": Dimension(
        title="Age", definition="Of the person, on the day on which the referral was sent.",
        key="CASE " + " ".join(
            f"WHEN date_part('year', age(referral.sent_at, referral.date_of_birth)) >= {lowest} THEN '{lowest}'"
            for lowest in reversed(_AGES)
        ) + " ELSE '0' END",
        names=_AGES, order=tuple(_AGES), is_equity=True,
    ),
    "gender": Dimension(
        title="Gender", definition="As the person states it; not known where nobody has recorded it. Sex is not held.",
        key="coalesce(nullif(record.gender, ''), 'X')", joins=(_RECORD,), names=dict(StatedGender.choices),
        order=tuple(StatedGender.values), is_equity=True,
    ),
    "ethnicity": Dimension(
        title="Ethnic group",
        definition="By the five groups of the national code; not known where nobody has recorded it.",
        key=f"CASE {_GROUP_OF} ELSE 'Not known' END", joins=(_RECORD,), order=tuple(_GROUPS), is_equity=True,
    ),
}  # fmt: skip
EQUITY: Final = tuple(key for key, dimension in DIMENSIONS.items() if dimension.is_equity)

ONE: Final = Dimension(title="Referrals", definition="", key="''")
"""Everybody in one group."""

ALL_JOINS: Final = "\n".join(dict.fromkeys(join for dimension in DIMENSIONS.values() for join in dimension.joins))
"""What the keys of all of them are read from, at once."""
COMMON: Final = AREA
"""The common table that the joins may read."""


def dimension_of(by: str) -> Dimension:
    """Return the way to group that has this key; "total": not at all.

    :raises KeyError: if there is none.
    """
    return ONE if by == "total" else DIMENSIONS[by]
