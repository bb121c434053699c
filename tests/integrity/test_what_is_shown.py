"""What the last audit found: who is told what, how often it is made, and what the log says."""

import logging

import pytest

from config.celery import app
from core.models import TaskRun
from insights.integrity import RULES
from insights.models import IntegrityRun
from insights.tasks import audit_pathway
from notifications.models import OutboxMessage
from tests.in_the_tables import no_trigger_looks

ADDRESS = "/api/v1/insights/integrity/"


def kept(now, **references):
    """An audit that found these, by rule; each other rule holds."""
    return IntegrityRun.objects.create(
        begun_at=now,
        ended_at=now,
        referrals=40,
        events=200,
        messages_failed=1,
        counts={rule: len(references.get(rule, ())) for rule in RULES},
        references={rule: list(references.get(rule, ())) for rule in RULES},
    )


def broken(answer):
    return {rule["rule"]: (rule["broken"], rule["references"]) for rule in answer.json()["rules"] if rule["broken"]}


@pytest.fixture
def found(cast, referral_at, onward_at, now):
    """Lou's team has a referral and an onward referral that break a rule; so has somebody else, and a message."""
    referral, onward = referral_at("active"), onward_at("sent")
    kept(
        now,
        chained=[referral.reference, "R-22222-22222"],
        awaited=[onward.reference, "O-22222-22222"],
        delivered=["0197a1c2-0000-7000-8000-000000000001"],
    )
    return referral, onward


def test_a_manager_sees_how_many_and_not_which(found, cast, as_user):
    answer = as_user(cast.manager).get(ADDRESS)
    assert answer.status_code == 200
    assert broken(answer) == {"awaited": (2, []), "chained": (2, []), "delivered": (1, [])}


def test_a_lead_sees_how_many_and_which_of_those_that_are_hers_to_see(found, cast, as_user):
    referral, onward = found
    answer = as_user(cast.lead).get(ADDRESS)
    assert broken(answer) == {
        "awaited": (2, [onward.reference]),
        "chained": (2, [referral.reference]),
        "delivered": (1, []),
    }


def test_each_rule_is_there_in_words_with_when_and_how_much_was_read(found, cast, as_user):
    said = as_user(cast.manager).get(ADDRESS).json()
    assert {rule["rule"]: rule["says"] for rule in said.pop("rules")} == RULES
    assert said == {
        "begun_at": "2026-11-02T09:30:00Z", "ended_at": "2026-11-02T09:30:00Z", "referrals": 40, "events": 200,
        "messages_failed": 1, "is_whole": False,
    }  # fmt: skip


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "befriender", "editor", "hub_worker"])
def test_nobody_else_is_told(found, cast, as_user, who):
    assert as_user(getattr(cast, who)).get(ADDRESS).status_code == 403


def test_before_the_first_audit_there_is_nothing_to_show(cast, as_user):
    assert as_user(cast.manager).get(ADDRESS).status_code == 404
    assert as_user(cast.gp).get(ADDRESS).status_code == 403


def test_the_latest_is_shown_and_a_rule_that_it_did_not_have_is_left_out(found, cast, as_user, now):
    earlier = IntegrityRun.objects.get()
    earlier.counts = {"chained": 0}
    earlier.references = {"chained": []}
    earlier.pk, earlier.begun_at = None, now.replace(hour=11)
    earlier.ended_at = earlier.begun_at
    earlier.save()
    said = as_user(cast.manager).get(ADDRESS).json()
    assert (said["is_whole"], [rule["rule"] for rule in said["rules"]]) == (True, ["chained"])


def test_it_takes_as_many_queries_for_a_hundred_as_for_one(
    cast, referral_at, as_user, now, django_assert_num_queries, django_assert_max_num_queries
):
    lead = as_user(cast.lead)
    lead.get(ADDRESS)  # what is asked of the user is asked once
    kept(now, chained=[referral_at("active").reference])
    with django_assert_max_num_queries(12) as one:
        lead.get(ADDRESS)
    kept(now, chained=[referral_at("active").reference, *(f"R-22222-222{number:02}" for number in range(22, 99))])
    with django_assert_num_queries(len(one)):
        assert len(broken(lead.get(ADDRESS))["chained"][1]) == 1


def test_it_is_asked_each_night():
    entry = next(each for each in app.conf.beat_schedule.values() if each["task"] == "insights.audit_pathway")
    assert (entry["schedule"].hour, entry["schedule"].minute, entry["options"]["queue"]) == ({3}, {10}, "periodic")
    assert audit_pathway.soft_time_limit == 3 * 3600


@pytest.mark.django_db(transaction=True)
def test_the_nightly_run_is_on_record_and_what_is_broken_is_an_error_in_the_log(referral_at, caplog, now):
    """All is well on the first night. By the second somebody has deleted the last event."""
    referral = referral_at("closed")
    OutboxMessage.objects.update(status="failed", failure="No such mailbox.")
    with caplog.at_level(logging.ERROR):
        audit_pathway()
    assert caplog.messages == []
    with no_trigger_looks(may_orphan=["referrals_referralevent"]) as database:
        database.execute("DELETE FROM referrals_referralevent WHERE referral_id = %s AND kind = 'close'", [referral.pk])
    with caplog.at_level(logging.ERROR):
        audit_pathway()
    assert caplog.messages == [
        "the audit found broken rules: replayed 1, chained 1, anchored 1 (manage.py audit_pathway names them)"
    ]
    runs = TaskRun.objects.filter(task="insights.audit_pathway").order_by("id")
    assert [run.figures for run in runs] == [{"referrals": 1, "broken": 0}, {"referrals": 1, "broken": 3}]
    assert IntegrityRun.objects.count() == 2
