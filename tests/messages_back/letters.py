"""A long and a short message back, about made-up people."""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from referrals.messages_back.document import (
    Assessment,
    ClinicalSummary,
    Code,
    Contact,
    Document,
    FullMessage,
    Goal,
    OnwardEnd,
    PersonDetails,
    Plan,
    Practice,
    RequestedAction,
    Score,
    Sender,
    Signpost,
    Source,
    text_of,
)


def day(month: int, date: int) -> dt.date:
    return dt.date(2026, month, date)


ROSE = PersonDetails(
    first_name="Rose", family_name="Okafor", date_of_birth=dt.date(1951, 3, 27), nhs_number="9990000018"
)
LONG = FullMessage(
    reference="M-7K3M9-QXD24",
    referral="R-7K3M9-QXD24",
    kind="closing",
    title="Support has ended: goals partly met",
    issued_at=dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC),
    issued_by=Sender(
        name="Lou Marsh", team="Vale link workers", organization="Town Network",
        contact="vale-link-workers@inbox.example · 0161 496 0123",
    ),
    recipients=("Dean Nurse, Discharge team, Town Hospital", "Vale Practice (registered practice)"),
    plan=Plan(
        no_action_needed=False,
        requested_actions=(
            RequestedAction(what="Review her blood pressure: 165/95 at her last session.", due_on=day(11, 16)),
            RequestedAction(what="Tell the practice nurse that she has stopped smoking."),
        ),
        next_steps=("The team has closed the referral and does nothing further.",),
    ),
    clinical_summary=ClinicalSummary(
        what_happened="Support has ended: goals partly met.",
        in_their_words="Rose goes out three times a week and has two new friends. She would like company on Sundays.",
        done=("Walking group (Active team): completed, goals met, came to 10 of 12 sessions.",),
        scores=(
            Score(
                measure="UCLA-3 loneliness", first="8 of 9", first_on=day(5, 4), latest="5 of 9", latest_on=day(10, 26),
                meaning="Less lonely",
            ),
            Score(measure="IPAQ-short", first="Low", first_on=day(5, 4)),
        ),
        did_not_work=("Visiting (Befrienders): declined by the provider, full.",),
        attempts=None,
    ),
    person=ROSE,
    gp_practice=Practice(code="Z90001", name="Vale Practice"),
    referral_details=Source(
        referred_on=day(4, 28), referrer="Dean Nurse", service="Discharge team", organization="Town Hospital",
        return_response_to="Dean Nurse, dean.nurse@work.example · 0161 496 0555",
    ),
    contacts=tuple(
        Contact(on=day(month, 4), way=way, with_whom="The person", was_reached=month != 7)
        for month, way in ((5, "Telephone"), (6, "Home visit"), (7, "Telephone"), (8, "Text message"))
    ),
    signposts=(Signpost(on=day(6, 2), to="Library, knit and natter", reason="Company on Sundays"),),
    onward_referrals=(
        OnwardEnd(
            service="Walking group", provider="Active team", sent_on=day(5, 10), status="Completed",
            ended_on=day(10, 20), because="Goals met", sessions_attended=10, sessions_recorded=12,
        ),
        OnwardEnd(
            service="Visiting", provider="Befrienders", sent_on=day(5, 10), status="Declined by the provider",
            ended_on=day(5, 12), because="Full", sessions_attended=0, sessions_recorded=0,
        ),
    ),
    assessments=(Assessment(on=day(5, 20), what="First assessment, walking group", result="Suitable"),),
    risks=("Falls: uses a frame", "Dog in the house"),
    goals=(Goal(goal="“I want to get to church on my own again.”", outcome="Reached"),),
    codes=(
        Code(
            code="871731000000106", display="Referral to social prescribing service", dated=day(5, 4), record_now=False
        ),
    ),
)  # fmt: skip
SHORT = replace(
    LONG,
    kind="acceptance",
    title="The referral is accepted",
    plan=Plan(
        no_action_needed=True,
        requested_actions=(),
        next_steps=("Lou Marsh, Vale link workers, contacts the person by 9 November 2026.",),
    ),
    clinical_summary=ClinicalSummary(
        what_happened="The referral is accepted.", in_their_words="", done=(), scores=(), did_not_work=(), attempts=None
    ),
    contacts=(), signposts=(), onward_referrals=(), assessments=(), risks=("No known risks",), goals=(), codes=(),
)  # fmt: skip


def issued(document: Document) -> dict[str, Any]:
    """Return a document as it is read back after it was issued."""
    read: dict[str, Any] = json.loads(text_of(document))
    return read
