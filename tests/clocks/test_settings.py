"""Lena, who leads the team, sets its clocks; what she sets counts for the next day that is set."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.clocks import add_working_days, local_day
from referrals.models import Referral, TeamPolicy
from referrals.models.team_policy import RANGES
from tests.conftest import NOW


def path(team):
    return f"/api/v1/teams/{team.pk}/clocks/"


def usual():
    return {name: getattr(TeamPolicy(), name) for name in RANGES} | {
        "tries_need_another_way": True, "changed_by": "", "changed_at": None,
    }  # fmt: skip


def test_a_team_that_has_set_none_has_the_usual_ones(cast, as_user):
    answer = as_user(cast.link_worker).get(path(cast.team))
    assert (answer.status_code, answer.json(), answer["ETag"]) == (200, usual(), '"0"')
    assert TeamPolicy.objects.count() == 0


def test_the_lead_changes_two_and_the_others_stay(cast, as_user, time_machine):
    time_machine.move_to(NOW, tick=False)
    said = {"triage_working_days": 1, "tries_need_another_way": False}
    answer = as_user(cast.lead).patch(path(cast.team), said, headers={"If-Match": '"0"'})

    assert answer.status_code == 200, answer.json()
    assert answer.json() == usual() | said | {"changed_by": "Lena Head", "changed_at": "2026-11-02T09:30:00Z"}
    assert answer["ETag"] == '"1"'
    assert as_user(cast.lead).get(path(cast.team)).json() == answer.json()


def test_a_change_counts_for_the_next_day_that_is_set(cast, as_user, referral_at):
    before = referral_at("submitted")
    as_user(cast.lead).patch(path(cast.team), {"triage_working_days": 7})
    after = referral_at("submitted")

    before = Referral.objects.get(pk=before.pk)
    assert before.sent_at is not None
    assert after.sent_at is not None
    today = local_day(before.sent_at)
    assert before.next_action_on == add_working_days(today, 2)
    assert after.next_action_on == add_working_days(local_day(after.sent_at), 7)


def test_of_two_leads_at_once_the_second_reads_what_the_first_said(cast, as_user):
    lena = as_user(cast.lead)
    assert lena.patch(path(cast.team), {"triage_working_days": 3}, headers={"If-Match": '"0"'}).status_code == 200
    answer = lena.patch(path(cast.team), {"triage_working_days": 9}, headers={"If-Match": '"0"'})
    assert answer.status_code == 412
    assert TeamPolicy.objects.get().triage_working_days == 3


@pytest.mark.parametrize("who", ["gp", "provider", "manager"])
def test_who_does_not_work_there_neither_reads_nor_sets_them(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get(path(cast.team)).status_code == 403
    assert client.patch(path(cast.team), {"triage_working_days": 3}).status_code == 403
    assert TeamPolicy.objects.count() == 0


def test_a_link_worker_reads_and_does_not_set(cast, as_user):
    assert as_user(cast.link_worker).patch(path(cast.team), {"triage_working_days": 3}).status_code == 403
    assert TeamPolicy.objects.count() == 0


def test_a_team_that_is_none_is_not_found(cast, as_user):
    assert as_user(cast.lead).get("/api/v1/teams/00000000-0000-4000-8000-000000000000/clocks/").status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"triage_working_days": 0}, "triage_working_days"),
        ({"provider_response_days": 91}, "provider_response_days"),
        ({"contact_tries": "many"}, "contact_tries"),
        ({"triage_days": 3}, "triage_days"),
        ({"provider_response_days": 3}, "escalate_days_before"),  # the leads would hear when it is over
    ],
)
def test_what_cannot_be_a_clock_is_refused_and_changes_nothing(cast, as_user, said, field):
    answer = as_user(cast.lead).patch(path(cast.team), {"review_working_days": 9, **said})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert TeamPolicy.objects.count() == 0


@pytest.mark.parametrize("name", sorted(RANGES))
def test_the_database_knows_the_ranges_too(cast, name):
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamPolicy.objects.create(team=cast.team, **{name: RANGES[name][1] + 1})
    assert TeamPolicy.objects.count() == 0


def test_reading_costs_a_handful_of_queries(cast, as_user):
    client = as_user(cast.lead)
    client.patch(path(cast.team), {"triage_working_days": 3})
    client = as_user(cast.lead)
    with CaptureQueriesContext(connection) as asked:
        client.get(path(cast.team))
    assert len(asked) <= 4


def test_the_usual_ones_are_in_their_ranges():
    for name, (least, most) in RANGES.items():
        assert least <= getattr(TeamPolicy(), name) <= most, name
    assert TeamPolicy().provider_response_days == 14  # field notes 3.6, S15
