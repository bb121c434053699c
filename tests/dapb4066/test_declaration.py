"""The code's declaration of DAPB4066 v1.1, compared with the standard's own table, node by node."""

import re

from referrals.dapb4066.declaration import CORRECTIONS, published, standard
from referrals.dapb4066.document import SECTIONS
from referrals.dapb4066.values import CLOSED_CONCEPTS, CLOSED_LISTS

NINETEEN = (
    "Person demographics",
    "Person demographics > Person name",
    "Person demographics > Person name > Person first name",
    "Person demographics > Person name > Person family name",
    "Person demographics > Date of birth",
    "GP practice",
    "GP practice > GP practice record entry",
    "GP practice > GP practice record entry > GP practice identifier",
    "Referral details",
    "Referral details > Referral details record entry > Referrer details",
    "Referral details > Referral details record entry > Referrer details > Name",
    "Referral details > Referral details record entry > Referrer details > Service",
    "Referral details > Referral details record entry > Referrer details > Organisation",
    "Referral details > Referral details record entry > Referrer details > Contact details",
    "Referral details > Referral details record entry > Referral to",
    "Problem list > Problem list record entry > Problem",
    "Risks",
    "Risks > Risks record entry",
    "Risks > Risks record entry > Risk",
)
"""Field notes 2.2, by hand."""


def nodes(sections):
    return [node for section in sections.values() for node in section.walk()]


def published_limits(datatype):
    """Return the kind, the least and most characters and the precision, as the table writes them."""
    kind, _, arguments = datatype.partition("(")
    given = dict(part.split("=") for part in arguments.rstrip(")").split(",") if part)
    shortest, longest = (int(given[name]) if name in given else None for name in ("minLength", "maxLength"))
    return kind, shortest, longest, given.get("timeStampPrecision", "")


def concepts_of(text):
    """Return the SNOMED CT concepts of a value set's text, those of a link's query being its concept only."""
    text = re.sub(r"https?://\S+", lambda link: " ".join(re.findall(r"conceptId1=(\d+)", link.group())), text)
    return list(dict.fromkeys(re.findall(r"\b\d{6,18}\b", text)))


def value_set_of(text):
    """Return a value set as the declaration would write it, from the table's text."""
    text = " ".join(text.split())
    if re.match("snomed", text, re.IGNORECASE):
        named = re.sub(r"^snomed[ _]ct ?:? ?-? ?", "", text, flags=re.IGNORECASE).strip(" .")
        return " ".join(["sct", *(concepts_of(text) or [named])]).strip()
    dictionary = re.match(r"(?:nhs data dictionary ?:? ?-? ?)(.*)", text, re.IGNORECASE)
    if dictionary or text == "organisation data service":
        return "dd " + (dictionary.group(1) if dictionary else text).split(" , ")[0].strip(" .")
    profile = re.match(r"fhir values? set ?: ?-? ?(.*)", text, re.IGNORECASE)
    if profile:
        return "fhir " + profile.group(1)
    scale = re.search(r"(?:use|scale|score) (\d+) ?- ?(\d+)", text)
    if scale:
        return f"scale {scale.group(1)}-{scale.group(2)}"
    for begins, name in (
        ("Code :- 1: Asylum Seeker", "list immigration status"), ("Allow National Codes only", "list referral method"),
        ("UCUM", "ucum"), ("Link to URL", "url"),
    ):  # fmt: skip
        if text.startswith(begins):
            return name
    return ""


def test_the_declaration_is_the_standards_table_node_by_node(table):
    declared = nodes(published())
    assert len(table) == len(declared) == 355
    for row, node in zip(table, declared, strict=True):
        least, most = row["card"].split("..")
        kind, shortest, longest, precision = (
            ("group", None, None, "") if row["type"] == "group" else published_limits(row["datatype"] or "coded")
        )
        assert (
            node.path, node.path.count(" > "), node.is_group, node.least, node.most, node.conformance, node.kind,
            node.shortest, node.longest, node.precision, node.value_set, node.is_must_have,
        ) == (
            row["path"], int(row["depth"]), row["type"] == "group", int(least), None if most == "*" else int(most),
            row["mro"], kind, shortest, longest, precision, value_set_of(row["valueset"]), row["must_have"] == "Y",
        )  # fmt: skip


def test_the_lists_that_the_table_prints_are_the_ones_that_are_checked(table):
    printed = {row["path"]: row["valueset"] for row in table}
    methods = printed["Referral details > Referral details record entry > Referral method"]
    rest = methods.removeprefix("Allow National Codes only")
    for method in CLOSED_LISTS["list referral method"]:
        assert method in rest
        rest = rest.replace(method, "", 1)
    assert rest.strip() == ""
    immigration = printed["Person demographics > Immigration status > Immigration status"]
    assert (
        tuple(re.findall(r"(\d+):? ", immigration.removeprefix("Code :- "))) == CLOSED_LISTS["list immigration status"]
    )
    for path, concepts in CLOSED_CONCEPTS.items():
        assert tuple(concepts_of(printed[path])) == concepts


def test_the_codes_that_replace_the_printed_ones_are_the_guidances(table):
    guidance = {row["path"]: row["guidance"] for row in table}
    replaced = {path: change["value_set"] for path, (change, _) in CORRECTIONS.items() if "value_set" in change}
    assert len(replaced) == 3
    for path, value_set in replaced.items():
        assert f"(SCTID: {str(value_set).removeprefix('sct ')})" in guidance[path]


def test_only_the_defects_that_are_named_are_read_otherwise():
    changed = {
        ours.path
        for ours, theirs in zip(nodes(standard()), nodes(published()), strict=True)
        if {**vars(ours), "children": None} != {**vars(theirs), "children": None}
    }
    assert changed == set(CORRECTIONS)
    for node in nodes(standard()):
        assert node.least == (1 if node.is_mandatory else 0), node.path


def test_nineteen_nodes_are_mandatory():
    assert tuple(node.path for node in nodes(standard()) if node.is_mandatory) == NINETEEN


def test_a_document_has_the_standards_sections_in_their_order():
    assert list(SECTIONS) == list(standard())
