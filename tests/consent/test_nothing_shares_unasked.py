"""A new way out of the service must ask for consent, or be looked at here: read as text, nothing is run."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ASKS = {"check_may_share"}
"""Calls that refuse without consent."""

SENDS_PEOPLE = {"OnwardReferral", "OnwardReferral.objects.create", "OnwardReferral.objects.bulk_create",
                "OnwardReferral.objects.get_or_create", "OnwardReferral.objects.update_or_create"}  # fmt: skip
WRITES_MESSAGES = {"enqueue", "enqueue_many"}

LOOKED_AT = {
    # Messages of the pathway: to whoever is on the referral's side, or has it already. A reference and a date, no more;
    # what it leads to is shown by `policies`.
    "referrals/announcements.py::announce",
    # What was owed to somebody who has left, to the team that they were in, which sees it already: as it was.
    "referrals/services/passed_on.py::tell_the_team",
    # They say that nothing more is shared.
    "referrals/announcements.py::announce_about_consent",
    # To whoever came by the public door, at the address that they gave for it and confirmed.
    "referrals/announcements.py::announce_to_the_person",
    "referrals/services/self_referrals.py::_send_code",
    # To the inbox of a team that was sent the person already, of which they read in the first message: a way in.
    "referrals/services/team_links.py::send_link_code",
    "referrals/services/team_links.py::send_link_again",
    # To whoever referred themself, at the address that they confirmed: the link to their own page.
    "referrals/services/own_page_links.py::issue_on_arrival",
    # To the person themself, by a way that they allow; asked again when it goes (`reaching`). A reference and a date.
    "referrals/announcements.py::tell_person",
    # To the leads of the team that owns the referral, and so supports the person: a reference and a date.
    "referrals/announcements.py::announce_to_leads",
    # To the owner alone, who speaks with the person.
    "referrals/announcements.py::announce_that_consent_ends",
    # To the referrer on the ground of direct care, and to the registered practice that the message was issued to, which
    # `messages_back.sharing` asks for.
    "referrals/announcements.py::_tell_of_message_back",
}
"""Functions that write messages about a person and need not ask, each with its reason."""


def called(function):
    """The names that a function calls, as they are written."""
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def unasked(source, *, path):
    """The functions of a file that let something go without asking."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        calls = called(function)
        names = {call.rpartition(".")[2] for call in calls}
        lets_go = bool(calls & SENDS_PEOPLE) or bool(names & WRITES_MESSAGES)
        place = f"{path}::{function.name}"
        if lets_go and not names & ASKS and place not in LOOKED_AT:
            found.append(place)
    return sorted(found)


def test_whatever_lets_something_go_asks_first():
    files = [path for path in ROOT.glob("referrals/**/*.py") if "migrations" not in path.parts]
    assert len(files) > 40
    found = [
        place
        for path in files
        for place in unasked(path.read_text(encoding="utf-8"), path=path.relative_to(ROOT).as_posix())
    ]
    assert found == [], "ask with check_may_share, or say in LOOKED_AT why it need not"


def test_what_was_looked_at_still_exists():
    for place in LOOKED_AT:
        path, _, name = place.partition("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert {call.rpartition(".")[2] for call in called(functions[name])} & WRITES_MESSAGES, place


def test_the_guard_finds_who_does_not_ask():
    forgot = """
def send_by_the_back_door(referral, service):
    return OnwardReferral.objects.create(referral=referral, service=service)

def tell_a_neighbour(referral):
    notifications.enqueue(event_key="x", recipient="y")

def send_after_asking(referral, service, on):
    check_may_share(referral, recipient_at(service), on=on)
    return OnwardReferral.objects.create(referral=referral, service=service)

def harmless(referral):
    return referral.reference
"""
    assert unasked(forgot, path="x.py") == ["x.py::send_by_the_back_door", "x.py::tell_a_neighbour"]


def test_nobody_decides_by_looking_at_a_decision_alone():
    """Which decision counts is said in one place: who compares a decision by themselves forgets reach and end."""
    compares = [
        path.relative_to(ROOT).as_posix()
        for app in ("referrals", "web", "insights", "demo")
        for path in ROOT.glob(f"{app}/**/*.py")
        if "migrations" not in path.parts and "ConsentDecision.GIVEN" in path.read_text(encoding="utf-8")
    ]
    assert sorted(compares) == [
        "referrals/consents.py",  # the judgement itself
        "referrals/models/consent.py",  # a constraint
        "referrals/services/consent.py",  # what may be recorded
        "referrals/services/content.py",  # what a draft no longer says
        "web/referring/content.py",  # what a referrer ticks in the form of a draft
    ]
