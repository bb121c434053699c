"""The 355 nodes of DAPB4066 v1.1, and the few that cannot be meant as they were published.

Contains public sector information licensed under the Open Government Licence v3.0: names, cardinalities and value sets
are those of the Social Prescribing Information Standard v1.1 (PRSB, since 2026 NHS England). A test compares each node
with the standard's own table.

A line of `nodes_*.PUBLISHED` is: name, two spaces deeper than its parent | cardinality and M(andatory), R(equired, if
known) or O(ptional) | data type | value set | "must". A data type is `group`, or a kind with its lengths (`string
3..5`) or its precision (`date YMD!`); `coded` where the standard gives a value set and no type. A value set begins with
`dd` (NHS Data Dictionary), `sct` (SNOMED CT), `fhir`, `scale` or `list`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from referrals.dapb4066 import nodes_person, nodes_referral, nodes_support

VERSION = "1.1"
SEPARATOR = " > "


@dataclass(frozen=True, kw_only=True)
class Node:
    """One group or item. `most` None: any number. `longest` None: no limit. A conformance is M, R or O."""

    path: str
    least: int
    most: int | None
    conformance: str
    kind: str
    shortest: int | None = None
    longest: int | None = None
    precision: str = ""
    value_set: str = ""
    is_must_have: bool = False
    children: Mapping[str, "Node"] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.rpartition(SEPARATOR)[2]

    @property
    def is_group(self) -> bool:
        return self.kind == "group"

    @property
    def repeats(self) -> bool:
        """Whether it is a list in a document."""
        return self.most is None

    @property
    def is_mandatory(self) -> bool:
        """Whether a document without it cannot be sent, if it has the group that this stands in (field notes 2.2)."""
        return self.conformance == "M"

    def walk(self) -> Iterator["Node"]:
        """Return this node and all below it, in the standard's order."""
        yield self
        for child in self.children.values():
            yield from child.walk()


_COMPLAINTS = "Presenting complaints or issues > Presenting complaint or issue > Coded value"
_NEEDS = "Care and support plan > Needs, concerns or problems"
_WHAT = f"{_NEEDS} > Goals and hopes > Actions and activities > What > Coded value"
_CODE_OF_PRACTICE = "an organisation is a practice too, whose ODS code has six characters"

CORRECTIONS: Mapping[str, tuple[Mapping[str, object], str]] = {
    "Person demographics > Person name > Person name suffix": (
        {"least": 0}, "published as 1..* and yet required only if known"
    ),
    "Care and support plan": ({"least": 0}, "published as 1..1 and yet required only if known"),
    "Social context > Household environment > Household environment": (
        {"shortest": None, "longest": 150}, "free text of at most 5 characters cannot be meant: its siblings have 150"
    ),
    **{
        f"{path} > Coded value": ({"longest": 6}, _CODE_OF_PRACTICE)
        for path in (
            "Referral details > Referral details record entry > Referrer details > Organisation",
            "Referral details > Referral details record entry > Referral to > Organisation",
            "Contacts with professionals > Contacts with professionals record entry > Location of contact",
        )
    },
    **{
        path: ({"value_set": "sct 1373501000000105"}, "the guidance replaces the printed set of needs")
        for path in (_COMPLAINTS, f"{_NEEDS} > Coded value")
    },
    _WHAT: ({"value_set": "sct 1373511000000107"}, "the guidance replaces the printed set of support"),
}  # fmt: skip
"""By path: what is read otherwise than published, and why (field notes 2.3, “Defects” and rules 9 and 10)."""


def published() -> Mapping[str, Node]:
    """Return the sections by name, as the standard has them."""
    lines = [
        line
        for module in (nodes_person, nodes_referral, nodes_support)
        for line in module.PUBLISHED.strip().split("\n")
    ]
    sections: dict[str, Node] = {}
    ancestors: list[dict[str, Node]] = [sections]
    trail: list[str] = []
    for line in lines:
        depth = (len(line) - len(line.lstrip())) // 2
        name, *rest = (part.strip() for part in line.split(" | "))
        trail[depth:] = [name]
        below: dict[str, Node] = {}
        ancestors[depth][name] = _read(SEPARATOR.join(trail), rest, below)
        ancestors[depth + 1 :] = [below]
    return sections


@cache
def standard() -> Mapping[str, Node]:
    """Return the sections by name, as they are checked here: with CORRECTIONS."""
    return {name: _corrected(node) for name, node in published().items()}


def _read(path: str, parts: list[str], below: dict[str, Node]) -> Node:
    often, datatype, *rest = parts
    cardinality, conformance = often.split()
    least, most = cardinality.split("..")
    kind, _, limits = datatype.partition(" ")
    shortest, dots, longest = limits.partition("..")
    value_set = next((part for part in rest if part != "must"), "")
    return Node(
        path=path,
        least=int(least),
        most=None if most == "*" else int(most),
        conformance=conformance,
        kind=kind,
        shortest=int(shortest) if dots and shortest else None,
        longest=int(longest) if dots and longest else None,
        precision="" if dots else limits,
        value_set=value_set,
        is_must_have="must" in rest,
        children=below,
    )


def _corrected(node: Node) -> Node:
    changes = dict(CORRECTIONS.get(node.path, ({}, ""))[0])
    changes["children"] = {name: _corrected(child) for name, child in node.children.items()}
    return replace(node, **changes)  # type: ignore[arg-type]  # checked by the test that names each correction
