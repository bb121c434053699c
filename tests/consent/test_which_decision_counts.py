"""Of all that a person has said, what counts: the table of cases, on rows that no database has seen."""

import datetime as dt
from uuid import UUID

import pytest

from referrals import consents
from referrals.consents import Decided, Ground, Recipient, decision_for
from referrals.enums import ConsentPurpose as P
from referrals.models import Consent

LEISURE, CHARITY = UUID(int=1), UUID(int=2)
WALKING, SWIMMING, VISITING = UUID(int=11), UUID(int=12), UUID(int=13)
TO_WALKING = Recipient(service_id=WALKING, organization_id=LEISURE)
TO_SWIMMING = Recipient(service_id=SWIMMING, organization_id=LEISURE)
TO_VISITING = Recipient(service_id=VISITING, organization_id=CHARITY)
RECIPIENTS = (TO_WALKING, TO_SWIMMING, TO_VISITING)
TODAY = dt.date(2026, 11, 3)

REACHES = {
    "all": {},
    "leisure": {"to_organization_id": LEISURE},
    "walking": {"to_service_id": WALKING},
    "visiting": {"to_service_id": VISITING},
}
WORDS = {"yes": "given", "no": "refused", "withdraws": "withdrawn"}


def said(*lines, purpose=P.SHARE_WITH_PROVIDERS):
    """What was said, one after the other: "yes all", "no walking", "yes leisure until 2026-11-02"."""
    rows = []
    for number, line in enumerate(lines, start=1):
        word, reach, *rest = line.split()
        more = dict(zip(rest[::2], rest[1::2], strict=True))
        rows.append(
            Consent(
                pk=number, purpose=purpose, decision=WORDS[word], **REACHES[reach],
                decided_on=dt.date.fromisoformat(more.get("said", "2026-11-01")),
                expires_on=dt.date.fromisoformat(more["until"]) if "until" in more else None,
            )
        )  # fmt: skip
    return rows


CASES = [
    # what was said, in order of recording                         walking swimming visiting
    ("nothing", [], "no no no"),
    ("a yes to all", ["yes all"], "yes yes yes"),
    ("a no to all", ["no all"], "no no no"),
    ("the later of two counts: no", ["yes all", "withdraws all"], "no no no"),
    ("the later of two counts: yes", ["withdraws all", "yes all"], "yes yes yes"),
    ("a yes to one service is for no other", ["yes walking"], "yes no no"),
    ("a yes to an organisation is for all its services", ["yes leisure"], "yes yes no"),
    ("a no to one beats an older yes to all", ["yes all", "no walking"], "no yes yes"),
    ("a no to one beats a newer yes to all", ["no walking", "yes all"], "no yes yes"),
    ("a no to one beats a newer yes to its organisation", ["no walking", "yes leisure"], "no yes no"),
    ("a no to one is undone by a yes to that one", ["no walking", "yes all", "yes walking"], "yes yes yes"),
    ("a no to an organisation beats a newer yes to all", ["no leisure", "yes all"], "no no yes"),
    ("a yes to one after a no to all", ["no all", "yes walking"], "yes no no"),
    ("a yes to one after a no to its organisation", ["yes all", "no leisure", "yes walking"], "yes no yes"),
    ("a no to all takes back a yes to one", ["yes walking", "withdraws all"], "no no no"),
    ("a no to all takes back a yes to an organisation", ["yes leisure", "yes all", "withdraws all"], "no no no"),
    ("a no to an organisation takes back a yes to its service", ["yes walking", "withdraws leisure"], "no no no"),
    ("what a no to all took back, a yes to all gives anew", ["yes walking", "no all", "yes all"], "yes yes yes"),
    ("a no to one outlives a no to all and a yes to all", ["no walking", "no all", "yes all"], "no yes yes"),
    ("a yes on its last day", ["yes all until 2026-11-03"], "yes yes yes"),
    ("a yes on the day after its last", ["yes all until 2026-11-02"], "no no no"),
    ("a renewal", ["yes all until 2026-11-02", "yes all"], "yes yes yes"),
    ("a yes to one that is over does not fall back on all", ["yes all", "yes walking until 2026-11-02"], "no yes yes"),
    ("but a newer yes to all renews it", ["yes walking until 2026-11-02", "yes all"], "yes yes yes"),
    ("a yes to all that is over leaves a yes to one", ["yes all until 2026-11-02", "yes walking"], "yes no no"),
    ("a shorter renewal counts", ["yes all", "yes all until 2026-11-02"], "no no no"),
    (
        "said last week, written down today: what was said later counts",
        ["withdraws all said 2026-10-30", "yes all said 2026-10-26"],
        "no no no",
    ),
    (
        "of two on one day the one written down later counts",
        ["yes all said 2026-10-30", "withdraws all said 2026-10-30"],
        "no no no",
    ),
    ("of another's no nobody else hears", ["yes all", "no visiting"], "yes yes no"),
]


@pytest.mark.parametrize(("lines", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_of_several_decisions(lines, expected):
    found = [consents.may_share(said(*lines), recipient=each, on=TODAY).is_yes for each in RECIPIENTS]
    assert ["yes" if is_yes else "no" for is_yes in found] == expected.split()


@pytest.mark.parametrize("lines", [case[1] for case in CASES], ids=[case[0] for case in CASES])
def test_the_order_in_which_the_rows_are_read_does_not_matter(lines):
    rows = said(*lines)
    for each in RECIPIENTS:
        assert consents.may_share(rows, recipient=each, on=TODAY) == consents.may_share(
            reversed(rows), recipient=each, on=TODAY
        )


def test_a_decision_says_why_and_which_row_says_so():
    rows = said("yes all", "no walking", "yes leisure until 2026-11-02")
    assert consents.may_share(rows, recipient=TO_WALKING, on=TODAY) == Decided(
        is_yes=False, ground=Ground.SAID_NO, consent=rows[1]
    )
    assert consents.may_share(rows, recipient=TO_SWIMMING, on=TODAY) == Decided(
        is_yes=False, ground=Ground.RAN_OUT, consent=rows[2]
    )
    assert consents.may_share(rows, recipient=TO_VISITING, on=TODAY) == Decided(
        is_yes=True, ground=Ground.AGREED, consent=rows[0]
    )
    assert consents.may_share([], recipient=TO_WALKING, on=TODAY) == Decided(is_yes=False, ground=Ground.NOTHING_SAID)


@pytest.mark.parametrize(
    ("lines", "counting"),
    [
        (["yes all", "withdraws all"], {2}),
        (["yes all", "no leisure"], {1, 2}),
        (["yes all until 2026-11-02"], set()),
        (["yes all until 2026-11-02", "yes all until 2026-11-03"], {2}),
        (["yes leisure", "withdraws all"], {2}),
        (["no leisure", "yes all"], {1, 2}),
    ],
)
def test_those_that_count_are_known(lines, counting):
    assert consents.those_that_count(said(*lines), on=TODAY) == counting


WHAT_NOTHING_MEANS = [
    # purpose                 nothing said, yes, no, a yes that is over
    (P.SHARE_WITH_PROVIDERS, "no yes no no"),
    (P.MESSAGE_TO_PRACTICE, "no yes no no"),
    (P.FULL_MESSAGE_BACK, "yes yes no -"),
    (P.CONTACT_BY_RESEARCH, "no yes no no"),
]


def test_every_purpose_says_what_nothing_means():
    assert [purpose for purpose, _ in WHAT_NOTHING_MEANS] == list(P)
    assert set(consents.IF_NOTHING_WAS_SAID) == set(P)


@pytest.mark.parametrize(("purpose", "expected"), WHAT_NOTHING_MEANS)
def test_unknown_is_no_but_for_what_direct_care_is_the_ground_of(purpose, expected):
    for lines, answer in zip(
        ([], ["yes all"], ["no all"], ["yes all until 2026-11-02"]), expected.split(), strict=True
    ):
        rows = said(*lines, purpose=purpose)
        decided = decision_for(rows, purpose=purpose, recipient=consents.ANYBODY, on=TODAY)
        if answer != "-":
            assert (decided.is_yes, purpose) == (answer == "yes", purpose), lines


@pytest.mark.parametrize("purpose", list(P))
def test_a_yes_to_one_purpose_is_no_yes_to_another_and_a_no_no_no(purpose):
    for word in ("yes all", "no all"):
        for other in set(P) - {purpose}:
            decided = decision_for(said(word, purpose=purpose), purpose=other, recipient=TO_WALKING, on=TODAY)
            assert decided == Decided(is_yes=consents.IF_NOTHING_WAS_SAID[other], ground=Ground.NOTHING_SAID)


def test_the_message_back_can_be_held_back_from_one_and_be_full_for_another():
    rows = said("no leisure", purpose=P.FULL_MESSAGE_BACK)
    assert consents.may_message_in_full(rows, organization_id=LEISURE, on=TODAY) is False
    assert consents.may_message_in_full(rows, organization_id=CHARITY, on=TODAY) is True
    assert consents.may_message_in_full(rows, on=TODAY) is True


def test_the_registered_practice_and_research_are_asked_about_by_name():
    practice = said("yes all", purpose=P.MESSAGE_TO_PRACTICE)
    assert consents.may_message_registered_practice(practice, organization_id=LEISURE, on=TODAY) is True
    assert consents.may_message_registered_practice([], organization_id=LEISURE, on=TODAY) is False
    research = said("yes leisure until 2026-11-03", purpose=P.CONTACT_BY_RESEARCH)
    assert consents.may_contact_for_research(research, organization_id=LEISURE, on=TODAY) is True
    assert consents.may_contact_for_research(research, organization_id=LEISURE, on=TODAY + dt.timedelta(1)) is False
    assert consents.may_contact_for_research(research, organization_id=CHARITY, on=TODAY) is False


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "Record the person's agreement to share with providers first (or the best-interests reason)."),
        (
            ["no walking"],
            "The person does not agree to sharing with this service. Record it if they change their mind.",
        ),
        (["yes all until 2026-11-02"], "The person's agreement to share ran out on 2 November 2026: ask them again."),
    ],
)
def test_a_refusal_says_what_to_do(lines, words):
    assert consents.why_not(consents.may_share(said(*lines), recipient=TO_WALKING, on=TODAY)) == words
