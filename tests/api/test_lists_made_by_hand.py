"""Lists that are read by statements of our own are what the ORM says of the same: every filter that a list offers, page
by page, forwards and back.
"""

import datetime as dt
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import chain
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from accounts.actors import Actor
from core.errors import Invalid
from notifications import inbox
from notifications.api.views import InboxFilterSet
from notifications.inbox_services import mark_all_read
from referrals import selectors
from referrals.api.due import DueTaskFilterSet
from referrals.api.filters import OnwardReferralFilterSet, ReferralFilterSet
from referrals.models import CaseTask
from referrals.selectors import caseload
from referrals.selectors.case import Timeline
from referrals.selectors.casework import contacts_of, due_tasks_visible_to
from referrals.selectors.contact_log import ContactLog
from referrals.selectors.due import DueInOrder
from referrals.selectors.onward_list import OnwardList
from referrals.selectors.visible import in_hands_of_teams_of, made_by_teams_of, onward_rows_visible_to
from referrals.selectors.worklist import Lines, Worklist
from referrals.services.contacts import ContactDetails, log_contact
from tests import stage
from web.paging import page_of
from web.referring.lists import SHOWS

Ordering = tuple[str, ...]
DAY = dt.timedelta(days=1)
NEWEST: Ordering = ("-id",)
URGENT: Ordering = ("due_on", "key")
CASES: Ordering = ("next_action_on", "id")
LATEST: Ordering = ("-occurred_at", "-id")


@pytest.fixture
def later(cast, everywhere, referral_at, now, time_machine):
    """Ten days on: much is overdue, some of it for too long; several things are due on one day, or at one moment."""
    referrals = [referral_at(status) for status in ("accepted", "active")]
    for place in range(14):
        CaseTask.objects.create(
            referral=referrals[place % 2], title=f"Ring {place}", due_on=now.date() + (place // 3) * DAY,
            assigned_to=[cast.link_worker, cast.lead, None][place % 3], recorded_at=now, recorded_by=cast.lead,
        )  # fmt: skip
    for hours in (1, 1, 2, 2, 2):
        log_contact(
            referral=referrals[0], actor=Actor(stage.fresh(cast.link_worker)), at=now + dt.timedelta(hours=hours),
            given=ContactDetails(mechanism="02", outcome="no_answer"),
        )  # fmt: skip
    mark_all_read(user=stage.fresh(cast.lead), until=now + dt.timedelta(hours=2), at=now + DAY)
    time_machine.move_to(now + 10 * DAY, tick=False)
    return now + 10 * DAY


class Held:
    """Lists beside what a queryset says of the same, and of how many there was something to say."""

    def __init__(self) -> None:
        self.told = 0

    def is_the_same(
        self, who: Any, rows: Callable[[], Any], expected: list[Any], ordering: Ordering,
        *, key: str = "", sizes: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        """Hold a list to what is expected, in three pages or so, or in those that are asked for."""
        for size in sizes or (len(expected) // 3 + 1,):
            there, back = walk(rows, ordering, size)
            if key:
                there, back = ([getattr(row, key) for row in found] for found in (there, back))
            assert there == expected, (who, size)
            assert back == expected, (who, size, "backwards")
        self.told += bool(expected)


def walk(rows: Callable[[], Any], ordering: Ordering, size: int) -> tuple[list[Any], list[Any]]:
    """Return the rows from the first page to the last, and those from there back to the first."""

    def at(address: str) -> Any:
        return page_of(RequestFactory().get(f"/{address}"), rows(), ordering=ordering, size=size)

    forwards = [at("")]
    while forwards[-1].next:
        forwards.append(at(forwards[-1].next))
    backwards = [forwards[-1]]
    while backwards[0].previous:
        backwards.insert(0, at(backwards[0].previous))
    assert all(len(page.rows) == size for page in (*forwards[:-1], *backwards[1:-1]))
    there, back = ([page.rows for page in pages] for pages in (forwards, backwards))
    return list(chain(*there)), list(chain(*back))


def ways_to_ask(filters: Any, values: Mapping[str, list[Any]]) -> list[QueryDict]:
    """By nothing, by each filter, and by the first value of all of them."""
    assert list(values) == list(filters.base_filters), "say here what a new filter is asked for"
    ways: list[QueryDict] = []
    firsts = [(name, offered[0]) for name, offered in values.items()]
    for asked in ([], *([(name, value)] for name, offered in values.items() for value in offered), firsts):
        ways.append(QueryDict(urlencode(asked)))
    return ways


def narrowed(filters: Any, ways: list[QueryDict], rows: Any, user: Any) -> Iterator[tuple[QueryDict, Any]]:
    for query in ways:
        found = filters(query, queryset=rows, request=SimpleNamespace(user=user))
        assert found.is_valid(), found.errors
        yield query, found.qs


def ids_of(rows: Any, ordering: Ordering) -> list[Any]:
    return list(rows.order_by(*ordering).values_list("pk", flat=True))


def test_a_list_by_hand_says_what_the_orm_says(cast, later):
    day, held = str(later.date() - 6 * DAY), Held()
    of_referrals = ways_to_ask(ReferralFilterSet, {
        "status": ["active", "submitted", "closed"], "due_by": [day], "source": ["gp_practice", "hospital"],
        "owner": [cast.link_worker.pk],
    })  # fmt: skip
    of_due = ways_to_ask(DueTaskFilterSet, {
        "kind": ["by_hand", "triage", "next_action"], "due_by": [day], "mine": ["false", "true"],
        "overdue": ["true", "false"], "breached": ["true", "false"], "team": [cast.team.pk],
    })  # fmt: skip
    of_onward = ways_to_ask(OnwardReferralFilterSet, {
        "status": ["completed", "sent"], "service": [cast.walking.pk], "due_by": [day], "review_due_by": [day],
        "follow_up_due_by": ["2027-12-31"],
    })  # fmt: skip
    of_inbox = ways_to_ask(InboxFilterSet, {"unread": ["false", "true"], "group": ["new_work", "news"]})
    for name in ("gp", "discharge_nurse", "link_worker", "lead", "hub_worker", "provider", "outsider"):
        user = stage.fresh(getattr(cast, name))
        sizes, most = ((1, 2, 5), None) if name == "lead" else ((), 1)

        seen = selectors.referrals_visible_to(user)
        for query, rows in narrowed(ReferralFilterSet, of_referrals[: None if name == "gp" else most], seen, user):
            worklist = partial(Worklist, user, chosen=rows if query else None)
            held.is_the_same((name, query), worklist, ids_of(rows, NEWEST), NEWEST, key="id", sizes=sizes)
        for query, rows in narrowed(DueTaskFilterSet, of_due[:most], due_tasks_visible_to(user), user):
            due = partial(DueInOrder, user, rows)
            held.is_the_same((name, query), due, ids_of(rows, URGENT), URGENT, key="key", sizes=() if query else sizes)
        onward = onward_rows_visible_to(user)
        for query, rows in narrowed(
            OnwardReferralFilterSet, of_onward[: None if name == "provider" else most], onward, user
        ):
            sent_on = partial(OnwardList, user, chosen=rows)
            held.is_the_same((name, query), sent_on, ids_of(rows, NEWEST), NEWEST, key="pk", sizes=sizes)
        for query, rows in narrowed(InboxFilterSet, of_inbox[:most], inbox.inbox_of(user, at=later), user):
            messages = partial(inbox.in_order, user, rows)
            held.is_the_same((name, query), messages, ids_of(rows, LATEST), LATEST, key="pk", sizes=sizes)

        # Pages: the same lines, chosen by a queryset.
        lines = {row.id: row for row in Worklist(user).order_by("-id")[:200]}
        made, cases = made_by_teams_of(user), caseload.caseload_visible_to(user)
        lists = {show: made.filter(status__in=statuses) for show, (_, statuses) in SHOWS.items()}
        for show, rows in (lists | {"by name": made.filter(family_name__istartswith="oka")}).items():
            held.is_the_same((name, show), partial(Lines, rows), [lines[pk] for pk in ids_of(rows, NEWEST)], NEWEST)
        for whose, rows in {
            "all": cases, "own": cases.filter(owner=user), "overdue": cases.filter(next_action_on__lt=later.date()),
            "waits": caseload.that_wait(cases, referrers=True, providers=True),
        }.items():  # fmt: skip
            held.is_the_same((name, whose), partial(Lines, rows), [lines[pk] for pk in ids_of(rows, CASES)], CASES)
        waiting = {*caseload.waits_for_referrers(user).values_list("pk", flat=True)}
        waiting |= {*caseload.waits_for_providers(user).values_list("referral", flat=True)}
        assert {*caseload.that_wait(cases, referrers=True, providers=True).values_list("pk", flat=True)} == waiting
    assert held.told > 50, "of lists with nothing in them it says little"

    lead = stage.fresh(cast.lead)
    for referral in in_hands_of_teams_of(lead):
        log, timeline = (partial(each, lead, referral.reference) for each in (ContactLog, Timeline))
        held.is_the_same("log", log, ids_of(contacts_of(lead, referral), LATEST), LATEST, key="id", sizes=(1, 2))
        events = [event.sequence for event in selectors.timeline_of(referral)]
        held.is_the_same("timeline", timeline, events, ("sequence",), key="sequence", sizes=(2,))

    # A cursor that somebody made up is their mistake, or a page; it is never an error of ours.
    for said in ("r=1", "o=5", "o=3&r=1", "o=999&p=1", "p=x", 'p=["2026-11-30","1"]', f"p={10**20}", "p=%00"):
        made_up = RequestFactory().get("/", {"cursor": b64encode(said.encode()).decode()})
        for some, order in (
            (Worklist(lead), NEWEST), (Worklist(lead, chosen=selectors.referrals_visible_to(lead)), NEWEST),
            (Lines(made_by_teams_of(lead)), NEWEST), (Lines(caseload.caseload_visible_to(lead)), CASES),
            (DueInOrder(lead, due_tasks_visible_to(lead)), URGENT),
            (OnwardList(lead, chosen=onward_rows_visible_to(lead)), NEWEST),
            (inbox.in_order(lead, inbox.inbox_of(lead, at=later)), LATEST),
            (ContactLog(lead, referral.reference), LATEST), (Timeline(lead, referral.reference), ("sequence",)),
        ):  # fmt: skip
            with suppress(Invalid):
                page_of(made_up, some, ordering=order)
