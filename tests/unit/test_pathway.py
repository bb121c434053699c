"""The declarations of both machines against the tables written out by hand."""

import pytest
from django_fsm import TransitionNotAllowed

from accounts.enums import Role
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral
from referrals.pathway import steps_of
from tests import matrix

LETTERS = {Role.REFERRER: "R", Role.LINK_WORKER: "W", Role.LEAD: "L", Role.PROVIDER: "P", Role.SYSTEM: "S"}
MACHINES = [
    pytest.param(Referral, ReferralStatus, matrix.REFERRAL, matrix.REFERRAL_TARGETS, id="referral"),
    pytest.param(OnwardReferral, OnwardStatus, matrix.ONWARD, matrix.ONWARD_TARGETS, id="onward referral"),
]


@pytest.mark.parametrize(("model", "statuses", "table", "targets"), MACHINES)
def test_every_status_meets_every_step(model, statuses, table, targets):
    declared = steps_of(model)
    assert {name: step.target for name, step in declared.items()} == targets
    assert set(table) == {(status, step) for status in statuses.values for step in declared}
    for (status, name), letters in table.items():
        subject = model(status=status)
        if letters:
            getattr(subject, name)()
            assert subject.status == targets[name]
        else:
            with pytest.raises(TransitionNotAllowed):
                getattr(subject, name)()
            assert subject.status == status


@pytest.mark.parametrize(("model", "statuses", "table", "targets"), MACHINES)
def test_each_step_is_for_the_roles_in_the_table(model, statuses, table, targets):
    for name, step in steps_of(model).items():
        letters = {letter for (_, column), cell in table.items() if column == name for letter in cell}
        assert {LETTERS[role] for role in step.rules.by} == letters, name


@pytest.mark.parametrize(("model", "statuses", "table", "targets"), MACHINES)
def test_open_and_ended_are_all_there_is(model, statuses, table, targets):
    assert sorted((*statuses.OPEN, *statuses.ENDED)) == sorted(statuses.values)


def test_what_is_refused_held_withdrawn_or_never_started_has_a_coded_reason():
    named = {name for name, step in steps_of(Referral).items() if step.rules.reasons}
    assert named == {"reject", "redirect", "hold", "reopen", "withdraw", "enter_in_error"}
    named = {name for name, step in steps_of(OnwardReferral).items() if step.rules.reasons}
    assert named == {
        "decline", "record_missed_assessment", "record_not_started", "pause", "leave_early", "withdraw",
    }  # fmt: skip


def test_what_is_closed_or_completed_has_an_outcome():
    assert {name for name, step in steps_of(Referral).items() if step.rules.outcomes} == {"close"}
    assert {name for name, step in steps_of(OnwardReferral).items() if step.rules.outcomes} == {"complete"}


def test_a_status_cannot_be_assigned():
    with pytest.raises(AttributeError, match="Direct status modification is not allowed"):
        Referral(status="draft").status = "closed"
