"""Judge any document of DAPB4066 v1.1: what is missing, what is too much, what cannot be right, by item and rule."""

from collections.abc import Iterator, Mapping
from typing import Any

from referrals.dapb4066.declaration import SEPARATOR, Node, standard
from referrals.dapb4066.findings import Finding, error, warning
from referrals.dapb4066.guidance import findings_of_guidance
from referrals.dapb4066.values import problems_of


def check(document: Any, *, is_message: bool = False) -> list[Finding]:
    """Return what is to be said of a document, in the standard's order, the guidance's rules last.

    The document conforms if no finding is an error: see `conforms`. A blank field counts as unwelcome and as missing:
    it should not have been output at all (field notes 2.3, rule 3). `is_message`: a message back, whose plan comes
    first (rule 13).
    """
    if not isinstance(document, dict):
        return [error("", "datatype", "A document is an object whose names are the standard's sections.")]
    sections = standard()
    found = list(_check_group(document, sections, where=""))
    return found + list(findings_of_guidance(document, is_message=is_message))


def conforms(findings: list[Finding]) -> bool:
    """Whether nothing found is an error."""
    return not any(finding.is_error for finding in findings)


def _check_group(group: Mapping[str, Any], nodes: Mapping[str, Node], *, where: str) -> Iterator[Finding]:
    for name, node in nodes.items():
        path = f"{where}{SEPARATOR}{name}" if where else name
        if name not in group:
            yield from _missing(node, path)
        else:
            yield from _check_node(group[name], node, path)
    for name in group:
        if name not in nodes:
            path = f"{where}{SEPARATOR}{name}" if where else name
            yield error(path, "unknown item", "The standard has no such item here.")


def _missing(node: Node, path: str) -> Iterator[Finding]:
    if node.is_mandatory:
        yield error(path, "mandatory", "It is mandatory, and missing.")
    elif node.is_must_have:
        yield warning(path, "must have", "It is asked for by the minimum dataset, and missing.")


def _check_node(value: Any, node: Node, path: str) -> Iterator[Finding]:
    if is_blank(value):
        yield error(path, "blank", "It is blank: leave it out instead.")
        inner = _check_group(value, node.children, where=path) if isinstance(value, dict) else ()
        missing = [finding for finding in inner if finding.rule == "mandatory"]
        yield from missing if node.is_mandatory and missing else _missing(node, path)
        return
    if node.repeats != isinstance(value, list):
        said = "It repeats, so it is a list." if node.repeats else "It stands once: it is no list."
        yield error(path, "cardinality", said)
        return
    if not node.repeats:
        yield from _check_one(value, node, path)
        return
    for number, each in enumerate(value, start=1):
        yield from _check_one(each, node, f"{path}[{number}]")


def _check_one(value: Any, node: Node, path: str) -> Iterator[Finding]:
    if is_blank(value):
        yield error(path, "blank", "It is blank: leave it out instead.")
    elif not node.is_group:
        for rule, said in problems_of(node, value):
            yield error(path, rule, said)
    elif not node.children:
        # “Care funding source” and the organisation of a signpost are groups of nothing: a text is all they can hold.
        if not isinstance(value, str):
            yield error(path, "datatype", "The standard names no item of this group: it is a text.")
    elif not isinstance(value, dict):
        yield error(path, "datatype", "It is a group of items.")
    else:
        yield from _check_group(value, node.children, where=path)


def is_blank(value: Any) -> bool:
    """Whether a value says nothing: empty, or made of nothing but what is empty."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(is_blank(part) for part in value.values())
    if isinstance(value, list):
        return not value or all(is_blank(part) for part in value)
    return value is None
