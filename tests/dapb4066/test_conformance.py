"""Documents broken in each way, and exactly what the check says of them. No database: any document can be judged."""

import copy
import io
import json
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from referrals.dapb4066.conformance import check, conforms
from tests.dapb4066.whole_document import whole_document

PERSON = "Person demographics"
REFERRAL = "Referral details > Referral details record entry"


def changed(path, *value):
    """Return the whole document with another value at a path (entries count from 1), or without what is there."""
    document: Any = whole_document()
    *outer, last = [int(step) - 1 if step.isdigit() else step for step in path.split(" > ")]
    inner = document
    for step in outer:
        inner = inner[step] if isinstance(step, int) else inner.setdefault(step, {})
    if value:
        inner[last] = copy.deepcopy(value[0])
    else:
        del inner[last]
    return document


def as_said(path):
    """Return a path as findings write it."""
    return re.sub(r" > (\d+)(?= > |$)", r"[\1]", path)


def said(document, **how):
    return [(finding.path, finding.rule) for finding in check(document, **how)]


def test_the_whole_document_conforms_and_nothing_is_to_be_said():
    assert check(whole_document()) == []


@pytest.mark.parametrize(
    ("without", "path"),
    [
        (PERSON, PERSON),
        (f"{PERSON} > Person name", f"{PERSON} > Person name"),
        (f"{PERSON} > Person name > Person first name", f"{PERSON} > Person name > Person first name"),
        (f"{PERSON} > Person name > Person family name", f"{PERSON} > Person name > Person family name"),
        (f"{PERSON} > Date of birth", f"{PERSON} > Date of birth"),
        ("GP practice", "GP practice"),
        (
            "GP practice > GP practice record entry > 1 > GP practice identifier",
            "GP practice > GP practice record entry[1] > GP practice identifier",
        ),
        ("Referral details", "Referral details"),
        *(
            (f"{REFERRAL} > 1 > {name}", f"{REFERRAL}[1] > {name}")
            for name in (
                "Referrer details",
                "Referrer details > Name",
                "Referrer details > Service",
                "Referrer details > Organisation",
                "Referrer details > Contact details",
                "Referral to",
            )
        ),
        (
            "Problem list > Problem list record entry > 1 > Problem",
            "Problem list > Problem list record entry[1] > Problem",
        ),
        ("Risks", "Risks"),
        ("Risks > Risks record entry > 1 > Risk", "Risks > Risks record entry[1] > Risk"),
    ],
)
def test_without_a_mandatory_node_it_does_not_conform(without, path):
    findings = check(changed(without))
    errors = [str(finding) for finding in findings if finding.is_error]
    if without == PERSON:  # nothing of the number's status is said beside
        assert errors == [f"error: {path}: mandatory: It is mandatory, and missing."]
    else:
        assert [str(finding) for finding in findings] == errors == [
            f"error: {path}: mandatory: It is mandatory, and missing."
        ]  # fmt: skip
    assert not conforms(findings)


@pytest.mark.parametrize(
    ("section", "entries"),
    [("GP practice", "GP practice record entry"), ("Risks", "Risks record entry")],
)
def test_a_mandatory_section_without_its_entries_is_blank_and_lacks_them(section, entries):
    assert said(changed(f"{section} > {entries}")) == [(section, "blank"), (f"{section} > {entries}", "mandatory")]
    assert said(changed(f"{section} > {entries}", [])) == [(section, "blank"), (f"{section} > {entries}", "mandatory")]


def test_a_referral_section_without_an_entry_names_no_referrer():
    assert said(changed(REFERRAL, [])) == [("Referral details", "blank"), ("Referral details", "mandatory")]


MUST_HAVE = (
    "Gender", "Ethnicity", "NHS number", "Person's address", "Person's contact details", "Sexual Orientation",
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        *(f"{PERSON} > {name}" for name in MUST_HAVE if name != "NHS number"),
        f"{PERSON} > Person's contact details > Person's telephone number details",
        f"{PERSON} > Person's contact details > Person's email address details",
        "Individual requirements",
        "Safeguarding",
        "Consent",
        "Presenting complaints or issues > Presenting complaint or issue",
    ],
)
def test_without_what_the_minimum_dataset_asks_for_it_conforms_and_is_told(path):
    findings = check(changed(path))
    assert [str(finding) for finding in findings] == [
        f"warning: {path}: must have: It is asked for by the minimum dataset, and missing."
    ]
    assert conforms(findings)


CONCEPT = {"code": "871731000000106", "display": "Referral to social prescribing service"}
SCORE = "Assessments > Assessments record entry > 1 > Structured assessment > Assessment result > Value"
NEED = "Care and support plan > Needs, concerns or problems"
SCORED = "Assessments > Assessments record entry[1] > Structured assessment > Assessment result > Value"


@pytest.mark.parametrize(
    "broken",
    [
        # What is unknown, blank or too often there; kinds and lengths; value sets; the guidance's rules
        ("Favourite colour", "blue", "unknown item"),
        (f"{PERSON} > Shoe size", "9", "unknown item"),
        (f"{PERSON} > Pronoun", "", "blank"),
        (f"{PERSON} > Pronoun", None, "blank"),
        ("About me", {}, "blank"),
        ("Mobility", [], "unknown item"),
        ("Individual requirements > Mobility", [], "blank"),
        (f"{PERSON} > Person name > Person first name", "Rose", "cardinality"),
        (f"{PERSON} > Pronoun", ["she/her"], "cardinality"),
        ("Risks", [{"Risks record entry": []}], "blank"),
        ("About me", "a text", "datatype"),
        (f"{PERSON} > Pronoun", 7, "datatype"),
        (f"{PERSON} > Person name > Title", "x" * 36, "length"),
        (
            f"{PERSON} > Person name > Person first name", ["Rose", "x" * 36], "length",
            f"{PERSON} > Person name > Person first name[2]",
        ),
        (f"{REFERRAL} > 1 > Referrer details > Organisation > Coded value", "RZ", "length"),
        (f"{REFERRAL} > 1 > Referrer details > Organisation > Coded value", "RZ90001", "length"),
        (f"{PERSON} > Date of birth", "1951-03", "datatype"),
        (f"{PERSON} > Date of birth", "1951-02-30", "datatype"),
        (f"{PERSON} > Date of birth", "27 March 1951", "datatype"),
        (f"{REFERRAL} > 1 > Date", "2026-11-02T25:00", "datatype"),
        ("Pregnancy status > Expected delivery date", "soon", "datatype"),
        (SCORE, "seven", "datatype"),
        (SCORE, True, "datatype"),
        (f"{PERSON} > Religion", "871731000000106", "datatype"),
        (f"{PERSON} > Religion", {"display": "none"}, "datatype"),
        (f"{PERSON} > Religion", {"code": 871731000000106}, "datatype"),
        (f"{PERSON} > Gender", "M", "value set"),
        (f"{PERSON} > Ethnicity", "98", "value set"),
        (f"{PERSON} > NHS number status indicator", "09", "value set"),
        (f"{PERSON} > NHS number", "9991234560", "value set"),
        (f"{PERSON} > Person's address > Postcode", "SK5", "value set"),
        (f"{PERSON} > Person's contact details > Preferred contact method", "0", "value set"),
        (
            f"{PERSON} > Person's contact details > Person's telephone number details > 1"
            " > Preference of telephone number", 6,
            "value set",
        ),
        (f"{PERSON} > Religion", {"code": "871731000000107"}, "value set"),
        (f"{PERSON} > Immigration status > Immigration status", "11", "value set"),
        ("GP practice > GP practice record entry > 1 > GP practice identifier", "901", "value set"),
        ("GP practice > GP practice record entry > 1 > GP opt out indicator", CONCEPT, "value set"),
        (f"{REFERRAL} > 1 > Referral method", "Pigeon", "value set"),
        (f"{NEED} > 1 > Goals and hopes > 1 > Goal importance score", 11, "value set"),
        (f"{NEED} > 1 > Goals and hopes > 1 > Goal importance score", 0, "value set"),
        (f"{PERSON} > NHS number status indicator", "07", "rule 1"),
        (
            "GP practice > GP practice record entry > 1",
            {"GP practice identifier": "V81999", "GP practice details": "Dr Nobody"}, "rule 2",
            "GP practice > GP practice record entry[1] > GP practice details",
        ),
        ("Pregnancy status > Pregnancy state", False, "rule 16", "Pregnancy status"),
        ("Risks > Risks record entry > 1 > End date of risk", "2026-03-31", "dates"),
        ("Risks > Risks record entry > 2", {"Risk": {"Free text": "No known risks"}}, "risks"),
    ],
)  # fmt: skip
def test_a_document_that_is_wrong_in_one_way_is_told_exactly_that(broken):
    path, value, rule, *elsewhere = broken
    document = changed(path, value)
    expected = [(*elsewhere, rule) if elsewhere else (as_said(path), rule)]
    assert [found for found in said(document) if found[1] not in ("must have", "mandatory")] == expected
    assert not conforms(check(document))


def test_a_coded_score_has_its_value():
    assert said(changed(SCORE)) == [(SCORED, "scores")]


@pytest.mark.parametrize(
    ("path", "value", "where", "rule"),
    [
        (f"{PERSON} > Sex", "2", f"{PERSON} > Sex", "rule 4"),
        (
            "Safeguarding > Looked after child", {"Looked after child start date": "2026-01"},
            "Safeguarding > Looked after child", "rule 5",
        ),
    ],
)  # fmt: skip
def test_what_the_guidance_warns_of_is_told_and_conforms(path, value, where, rule):
    findings = check(changed(path, value))
    assert [(finding.path, finding.rule, finding.is_error) for finding in findings] == [(where, rule, False)]


def test_without_an_nhs_number_it_conforms_if_its_status_does_not_say_it_is_there():
    document = changed(f"{PERSON} > NHS number")
    assert said(document) == [(f"{PERSON} > NHS number", "must have"), (f"{PERSON} > NHS number", "rule 1")]
    document[PERSON]["NHS number status indicator"] = "03"
    assert said(document) == [(f"{PERSON} > NHS number", "must have")]
    del document[PERSON]["NHS number status indicator"]
    assert said(document) == [
        (f"{PERSON} > NHS number", "must have"), (f"{PERSON} > NHS number status indicator", "rule 1"),
    ]  # fmt: skip
    assert conforms(check(document))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        # The defects of the publication, read as they must have been meant
        ("Social context > Household environment > Household environment", "Cold and damp in winter"),
        (f"{REFERRAL} > 1 > Referrer details > Organisation > Coded value", "Z90001"),
        (f"{REFERRAL} > 1 > Referrer details > Organisation > Coded value", "RZZ"),
        # Dates as exact as they are known
        ("Risks > Risks record entry > 1 > Start date of risk", "2026-04"),
        ("Risks > Risks record entry > 1 > Start date of risk", "2026-04-01T09:30+01:00"),
        # A national code with a local one behind it, and the two that say why there is none
        (f"{PERSON} > Ethnicity", "A1"),
        (f"{PERSON} > Ethnicity", "Z"),
        (f"{PERSON} > Ethnicity", "99"),
        (f"{PERSON} > Person's address > Postcode", "ZZ99 3VZ"),
    ],
)
def test_what_is_allowed_is_not_complained_of(path, value):
    assert check(changed(path, value)) == []


def test_without_a_suffix_and_without_a_plan_nothing_is_missing():
    document = changed(f"{PERSON} > Person name > Person name suffix")
    del document["Care and support plan"]
    assert check(document) == []


def test_a_message_begins_with_what_is_to_be_done():
    document = whole_document()
    plan = "Plan and requested actions"
    assert said(document, is_message=True) == [(plan, "rule 13")]
    first = {plan: document.pop(plan)} | document
    assert check(first, is_message=True) == []
    assert said(document, is_message=True) == [(plan, "rule 13")]


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_what_is_no_document_at_all_is_told_so(document):
    assert [(finding.path, finding.rule, finding.is_error) for finding in check(document)] == [("", "datatype", True)]


def test_an_empty_document_lacks_the_four_mandatory_sections():
    assert [finding.path for finding in check({}) if finding.is_error] == [
        PERSON,
        "GP practice",
        "Referral details",
        "Risks",
    ]


# --- The command --------------------------------------------------------------------------------------------------


def run(capsys, *arguments):
    code: Any = 0
    try:
        call_command("check_dapb4066", *arguments)
    except SystemExit as end:
        code = end.code
    return code, capsys.readouterr().out


def test_the_command_says_that_a_document_conforms(tmp_path, capsys):
    path = tmp_path / "document.json"
    path.write_text(json.dumps(whole_document()), encoding="utf-8")
    assert run(capsys, str(path)) == (0, "It conforms to DAPB4066 v1.1.\n")


def test_the_command_reads_the_standard_input_and_ends_with_1_if_it_does_not_conform(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(changed("Risks"))))
    assert run(capsys, "-") == (1, "error: Risks: mandatory: It is mandatory, and missing.\n")


def test_a_message_lacks_its_plan_on_the_command_line_too(tmp_path, capsys):
    path = tmp_path / "document.json"
    path.write_text(json.dumps(changed("Plan and requested actions")), encoding="utf-8")
    assert run(capsys, str(path))[0] == 0
    assert run(capsys, str(path), "--message")[0] == 1


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 200_000])
def test_what_cannot_be_read_is_refused_in_words(tmp_path, content):
    path = tmp_path / "document.json"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="It cannot be read as JSON"):
        call_command("check_dapb4066", str(path))
    with pytest.raises(CommandError, match="It cannot be read as JSON"):
        call_command("check_dapb4066", str(tmp_path / "none.json"))
