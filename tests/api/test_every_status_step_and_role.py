"""Over HTTP: every status meets every step, for every role. The expectation is the table written by hand."""

import datetime as dt

import pytest

from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Referral, ReferralEvent
from services_directory.models import Service
from tests import matrix

SAYS = {
    "confirm_discharge": {"discharged_on": "2026-11-01"},
    "request_information": {"note": "Which days suit her?"},
    "provide_information": {"note": "Mondays."},
    "reject": {"reason": "out_of_area"},
    "redirect": {"reason": "better_suited"},
    "hold": {"reason": "health", "until": "2027-01-01"},
    "record_readmission": {},
    "confirm_discharge_again": {"discharged_on": "2026-11-02"},
    "close": {"outcome": "transferred"},
    "reopen": {"reason": "person_came_back"},
    "withdraw": {"reason": "moved"},
    "record_death": {"died_on": "2026-11-01"},
    "enter_in_error": {"reason": "duplicate"},
    "decline": {"reason": "at_capacity"},
    "book_assessment": {"assessment_at": "2027-01-01T10:00:00Z"},
    "record_missed_assessment": {"reason": "told_us"},
    "record_not_started": {"reason": "cost"},
    "pause": {"reason": "health", "until": "2027-01-01"},
    "complete": {"outcome": "goals_met"},
    "leave_early": {"reason": "moved"},
}
"""What each step needs to be said, so that a refusal is about the moment or the role and nothing else."""

PEOPLE = {
    "R": "gp", "W": "link_worker", "L": "lead", "P": "provider",
    "another provider": "befriender", "another team": "neighbouring_link_worker",
    "manager": "manager", "outsider": "outsider",
}  # fmt: skip


def state_of(subject):
    """Everything that a refused step must leave as it was."""
    row = type(subject).objects.filter(pk=subject.pk).values().get()
    return row, ReferralEvent.objects.count(), OutboxMessage.objects.count(), Referral.objects.count()


def post(client, kind, subject, step, cast):
    body = dict(SAYS.get(step, {}))
    if step == "redirect":
        body["to_team"] = str(cast.neighbouring_team.pk)
    return client.post(f"/api/v1/{kind}/{subject.reference}/{step.replace('_', '-')}/", body)


def expected_refusal(letter, cell, *, sees, roles):
    if letter not in sees:
        return 404
    return 409 if letter in roles else 403


@pytest.mark.parametrize("status", list(dict.fromkeys(status for status, _ in matrix.REFERRAL)))
def test_a_referral_refuses_what_the_table_does_not_allow(status, cast, referral_at, as_user):
    referral = referral_at(status)
    sees = {"R"} if status == "draft" else {"R", "W", "L"}
    if status == "redirected":
        sees = {"R", "W", "L"}  # the other team sees the referral that arrived there, not this one
    before = state_of(referral)
    for step, target in matrix.REFERRAL_TARGETS.items():
        roles = {letter for (_, name), cell in matrix.REFERRAL.items() if name == step for letter in cell}
        cell = matrix.REFERRAL[status, step]
        for letter, who in PEOPLE.items():
            if letter in cell and letter in sees:
                continue
            answer = post(as_user(getattr(cast, who)), "referrals", referral, step, cast)
            assert (answer.status_code, who, step, target) == (
                expected_refusal(letter, cell, sees=sees, roles=roles), who, step, target,
            )  # fmt: skip
    assert state_of(referral) == before


@pytest.mark.parametrize("status", list(dict.fromkeys(status for status, _ in matrix.ONWARD)))
def test_an_onward_referral_refuses_what_the_table_does_not_allow(status, cast, onward_at, as_user):
    onward = onward_at(status)
    sees = {"R", "W", "L", "P"}
    before = state_of(onward)
    for step in matrix.ONWARD_TARGETS:
        roles = {letter for (_, name), cell in matrix.ONWARD.items() if name == step for letter in cell}
        cell = matrix.ONWARD[status, step]
        for letter, who in PEOPLE.items():
            if letter in cell:
                continue
            answer = post(as_user(getattr(cast, who)), "onward-referrals", onward, step, cast)
            # No clock's step is an operation at all: 404 for everybody.
            expected = 404 if "S" in roles else expected_refusal(letter, cell, sees=sees, roles=roles)
            assert (answer.status_code, who, step) == (expected, who, step)
    assert state_of(onward) == before


ALLOWED_REFERRAL = [
    (status, step, letter)
    for (status, step), cell in matrix.REFERRAL.items()
    for letter in cell
    if not (status == "draft" and letter in "WL")  # nobody else sees a draft
]
ALLOWED_ONWARD = [
    (status, step, letter) for (status, step), cell in matrix.ONWARD.items() for letter in cell if letter != "S"
]


@pytest.mark.parametrize(("status", "step", "letter"), ALLOWED_REFERRAL)
def test_a_referral_takes_each_step_that_the_table_allows(
    status, step, letter, cast, referral_at, as_user, time_machine
):
    time_machine.move_to(dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC))
    changes = {"planned_discharge_on": dt.date(2026, 11, 20)} if step == "defer" else {}
    referral = referral_at(status, **changes)
    client = as_user(getattr(cast, PEOPLE[letter]))
    answer = post(client, "referrals", referral, step, cast)
    assert answer.status_code == 200, answer.json()
    event = referral.events.filter(onward_referral=None).order_by("-sequence")[0]
    assert (answer.json()["status"], event.kind, event.from_status, event.to_status) == (
        matrix.REFERRAL_TARGETS[step], step, status, matrix.REFERRAL_TARGETS[step],
    )  # fmt: skip
    assert answer.headers["ETag"] == f'"{event.sequence}"'
    assert set(answer.json()["available_actions"]) & set(matrix.REFERRAL_TARGETS) == {
        name for name in matrix.REFERRAL_TARGETS if letter in matrix.REFERRAL[matrix.REFERRAL_TARGETS[step], name]
    }


@pytest.mark.parametrize(("status", "step", "letter"), ALLOWED_ONWARD)
def test_an_onward_referral_takes_each_step_that_the_table_allows(status, step, letter, cast, onward_at, as_user):
    if step == "send_pack":  # the table is the machine's: of a service that is no pack see tests/sessions
        Service.objects.filter(pk=cast.walking.pk).update(delivery="posted")
    onward = onward_at(status)
    answer = post(as_user(getattr(cast, PEOPLE[letter])), "onward-referrals", onward, step, cast)
    assert answer.status_code == 200, answer.json()
    event = ReferralEvent.objects.filter(onward_referral=onward).order_by("-sequence")[0]
    target = matrix.ONWARD_TARGETS[step]
    assert (answer.json()["status"], event.kind, event.from_status, event.to_status) == (target, step, status, target)
    assert set(answer.json()["available_actions"]) & set(matrix.ONWARD_TARGETS) == {
        name for name in matrix.ONWARD_TARGETS if letter in matrix.ONWARD[target, name] and name != "send_pack"
    }


def test_the_tables_hold_every_row_of_their_kind(cast):
    assert (len(matrix.REFERRAL), len(matrix.ONWARD)) == (12 * 18, 13 * 16)
    assert OnwardReferral.objects.count() == 0
