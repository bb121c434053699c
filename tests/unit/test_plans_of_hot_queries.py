"""What is asked each second, each hour or of each page is answered by the index that was made for it.

The tables of a test hold next to nothing, and nobody would use an index for that: so reading a table whole is forbidden
to the planner, and what it then takes is what the statement can be answered by. That it does so where there are a
million is measured (docs/performance.md): an index of which a statement forgot a condition is found here.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from insights import selectors as figures
from insights import totals
from insights.periods import Period
from notifications.delivery import claim_batch
from notifications.inbox import in_order, inbox_of
from notifications.selectors import backlogs
from referrals.matching import Identity
from referrals.models import OnwardReferral
from referrals.selectors import clocks
from referrals.selectors.casework import due_tasks_visible_to
from referrals.selectors.due import DueInOrder
from referrals.selectors.people import known_people
from referrals.selectors.programmes import count_received, received_by
from services_directory.search.asked import Asked, Near
from services_directory.selectors import search_services
from tests.conftest import NOW

TODAY = NOW.date()
ROSE = Identity(first_name="Rose", family_name="Okafor", date_of_birth=dt.date(1951, 3, 27), postcode="SK5 8BS")


NOVEMBER = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30))


def inbox_page(user):
    """The first page of an inbox."""
    return in_order(user, inbox_of(user, at=NOW)).order_by("-occurred_at", "-id")[:25]


def manager_of(cast):
    """Somebody who reads the figures of everybody."""
    return User.objects.get(pk=cast.manager.pk)


HOT = {
    "claim of messages": (lambda cast: claim_batch(at=NOW), "message_due_idx"),
    "how long the queues are": (lambda cast: backlogs(at=NOW), "message_failed_idx"),
    "an inbox": (lambda cast: inbox_page(cast.link_worker), "message_inbox_idx"),
    "overdue cases": (lambda cast: list(clocks.referrals_breached(on=TODAY)[:500]), "referral_breach_not_told"),
    "overdue referrals on": (
        lambda cast: list(clocks.onward_referrals_breached(on=TODAY)[:500]), "onward_breach_not_told",
    ),
    "providers to remind": (lambda cast: list(clocks.onward_referrals_to_chase(on=TODAY)[:500]), "onward_to_chase"),
    "referrals on without an answer": (
        lambda cast: list(OnwardReferral.objects.unanswered(on=TODAY).order_by("next_action_on", "id")[:500]),
        "onward_unanswered",
    ),
    "what is due": (
        lambda cast: DueInOrder(cast.link_worker, due_tasks_visible_to(cast.link_worker))[:26], "referral_due_of_team",
    ),
    "what is due of the tasks": (
        lambda cast: DueInOrder(cast.link_worker, due_tasks_visible_to(cast.link_worker))[:26],
        "task_to_do_of_referral",
    ),
    "what a provider was sent": (
        lambda cast: list(received_by(cast.provider).filter(status="sent").order_by("next_action_on", "id")[:26]),
        "onward_open_of_provider",
    ),
    "how much a provider has": (lambda cast: count_received(cast.provider), "onward_open_of_provider"),
    "funnel of everybody": (
        lambda cast: totals.journeys(NOVEMBER, by="source", stages=["referred"]), "journey_total_counted_once",
    ),
    "waits of everybody": (
        lambda cast: totals.waits(NOVEMBER, by="source", waits=["start"]), "wait_total_counted_once",
    ),
    "answers of everybody": (lambda cast: totals.answers(NOVEMBER), "answer_total_counted_once"),
    "who is known": (lambda cast: known_people(ROSE), "referral_by_birth_and_names"),
    "figures of everybody": (
        lambda cast: list(
            figures.uptake(manager_of(cast), since=TODAY, until=TODAY, by="programme", source="gp_practice")
        ),
        "uptake_total_by_month",
    ),
    "search by words": (lambda cast: search_services(cast.link_worker, Asked(text="walking")), "service_entry_words"),
    "search around a place": (
        lambda cast: search_services(
            cast.link_worker, Asked(near=Near(latitude=53.4, longitude=-2.1, within_km=10.0))
        ),
        "service_entry_areas",
    ),
    "services by name": (lambda cast: search_services(cast.link_worker, Asked()), "service_entry_in_order"),
}  # fmt: skip


BY_BITMAP = {"referral_by_birth_and_names"}
IN_ORDER = {
    "an inbox", "what a provider was sent", "overdue cases", "providers to remind", "referrals on without an answer",
}  # fmt: skip
"""What is read in the order of its index, a page or a batch of it: never all, to be sorted."""
BESIDE_OTHERS = {"message_failed_idx"}
"""What asks by several indexes at a time. Else those beside are taken away: in a table of a few rows one is as good as
another, and which is chosen hangs on what was written there before."""


_RIVALS = """
SELECT other.indexrelid::regclass::text FROM pg_index AS other JOIN pg_index AS made ON made.indrelid = other.indrelid
WHERE made.indexrelid = %s::regclass AND other.indexrelid <> made.indexrelid
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = other.indexrelid)
"""


@pytest.mark.parametrize("what", HOT)
def test_it_is_answered_by_its_index(cast, what):
    ask, index = HOT[what]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_RIVALS, [index])
        for (rival,) in cursor.fetchall() if index not in BESIDE_OTHERS else ():
            cursor.execute(f"DROP INDEX {rival}")
        # Nor is a small table read in the order of its key until enough is found.
        cursor.execute(f"SET LOCAL enable_indexscan = {'off' if index in BY_BITMAP else 'on'}")
        if what in IN_ORDER:  # a handful of rows is sorted as soon as read in order: so this is forbidden, too
            cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        with CaptureQueriesContext(connection) as asked:
            ask(cast)
        plans = []
        for query in asked.captured_queries:
            statement = query["sql"]
            if statement.lstrip(" \n(").upper().startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN {statement}")
                plans.append("\n".join(line for (line,) in cursor.fetchall()))

    assert any(index in plan for plan in plans), "\n\n".join(plans)
    if what in IN_ORDER:
        assert not any("Sort Key" in plan for plan in plans if index in plan and "Merge Append" not in plan), plans


@pytest.mark.django_db
def test_how_large_each_of_a_thousand_teams_is_is_known_to_the_planner():
    """Else the few referrals of a small team are looked for in all that was ever sent to a service."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, attstattarget FROM pg_attribute WHERE attrelid = 'referrals_referral'::regclass"
            " AND attname IN ('owner_team_id', 'referring_team_id') ORDER BY 1"
        )
        assert cursor.fetchall() == [("owner_team_id", 1000), ("referring_team_id", 1000)]
