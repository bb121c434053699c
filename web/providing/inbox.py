"""The provider's inbox: what waits for an answer and by when, who waits, who is about to start, who takes part."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.counting import count_of
from core.errors import Invalid
from referrals import policies
from referrals.enums import OnwardStatus
from referrals.models import OnwardReferral
from referrals.selectors.programmes import (
    count_received,
    follow_ups_to_make,
    in_the_order_of_waiting,
    received_by,
    reviews_to_hold,
)
from referrals.selectors.turns import turn_of, with_last_moves
from services_directory.selectors import listings_kept_by
from web import words
from web.paging import page_of
from web.providing.clock import ASKS, Clock, asks_by, clock_of
from web.states import Tag, tag_of

NOT_SHOWN = "Not shown to you"


@dataclass(frozen=True, kw_only=True)
class Heap:
    """One part of the inbox: which statuses, in which order, and what is said when nothing is in it.

    `due`: what narrows the rows to those of which something is asked by a day, whatever their status; `asks`: what.
    """

    key: str
    title: str
    nothing: str
    statuses: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ("next_action_on", "id")
    due: Callable[..., Any] | None = None
    asks: str = ""


HEAPS = (
    Heap(
        key="answer", title="Answer wanted", statuses=(OnwardStatus.SENT,),
        nothing="Nobody waits for your answer. New referrals come here, and you get an email.",
    ),
    Heap(
        key="asked", title="Question asked", statuses=(OnwardStatus.INFORMATION_REQUESTED,),
        nothing="No question of yours waits for its answer.",
    ),
    Heap(
        key="waiting", title="Waiting list", statuses=(OnwardStatus.WAITLISTED,), ordering=("waiting_since", "id"),
        nothing="Nobody is on your waiting list.",
    ),
    Heap(
        key="starting", title="About to start", statuses=(OnwardStatus.ACCEPTED, OnwardStatus.ASSESSMENT_BOOKED),
        nothing="Nobody is about to start. Who you accept comes here.",
    ),
    Heap(
        key="part", title="Taking part", statuses=OnwardStatus.TAKING_PART,
        nothing="Nobody takes part at the moment.",
    ),
    Heap(
        key="reviews", title="Reviews to hold", due=reviews_to_hold, asks=ASKS["review_points"],
        ordering=("asks_on", "id"), nothing="No review is due in the next two weeks.",
    ),
    Heap(
        key="follow-ups", title="Follow-ups", due=follow_ups_to_make, asks=ASKS["follow_ups"],
        ordering=("asks_on", "id"), nothing="Nobody is to be asked now how they are, some months after they began.",
    ),
    Heap(key="ended", title="Ended", statuses=OnwardStatus.ENDED, ordering=("-id",), nothing="Nothing has ended yet."),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One onward referral in the inbox."""

    reference: str
    person: str
    service: str
    tag: Tag
    clock: Clock
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A heap as one chooses it."""

    title: str
    count: str
    address: str
    is_current: bool


@require_safe
def inbox_page(request: HttpRequest) -> HttpResponse:
    """Show one heap of the inbox, of all services or of one."""
    user, today = signed_in(request.user), local_day(timezone.now())
    heap = next((each for each in HEAPS if each.key == request.GET.get("show", HEAPS[0].key)), None)
    if heap is None:
        raise Http404
    service_id = _chosen(request.GET.get("service", ""))
    received = received_by(user)
    if service_id is not None:
        received = received.filter(service=service_id)
    rows = rows_of(heap, received, today=today)
    try:
        page = page_of(request, with_last_moves(rows), ordering=heap.ordering)
    except Invalid as unknown:
        raise Http404 from unknown
    counts = count_received(user, service_id=service_id)
    chosen = f"&service={service_id}" if service_id else ""
    context = {
        "heap": heap, "page": page, "rows": [row_of(user, onward, today=today, heap=heap) for onward in page.rows],
        "tabs": [
            Tab(
                title=each.title,
                count=words.how_many(
                    count_of(each.due(received, on=today)) if each.due
                    else sum(counts.get(status, 0) for status in each.statuses)
                ),
                address=f"?show={each.key}{chosen}", is_current=each is heap,
            )
            for each in HEAPS
        ],
        "services": [(str(pk), name) for pk, name in _services(user)], "service": str(service_id or ""),
    }  # fmt: skip
    return render(request, "web/providing/inbox.jinja", context)


def rows_of(heap: Heap, received: QuerySet[OnwardReferral], *, today: dt.date) -> QuerySet[OnwardReferral]:
    """Return what is in a heap, in its order."""
    if heap.due:
        due: QuerySet[OnwardReferral] = heap.due(received, on=today)
        return due
    rows = received.filter(status__in=heap.statuses)
    return in_the_order_of_waiting(rows) if heap.key == "waiting" else rows.order_by(*heap.ordering)


def row_of(user: User, onward: OnwardReferral, *, today: dt.date, heap: Heap | None = None) -> Row:
    """Return an onward referral as a list of the provider's shows it."""
    actor = Actor(user)
    is_seen = policies.sees_person(actor, onward, on=today)
    since = vars(onward).get("waiting_since")
    if heap and heap.asks:
        clock = asks_by(heap.asks, vars(onward)["asks_on"], today=today)
    else:
        clock = clock_of(turn_of(onward, on=today, reads_all=policies.reads_whole_turn(actor, onward)), today=today)
    return Row(
        reference=onward.reference,
        person=words.name_in_a_list(onward.referral) if is_seen else NOT_SHOWN,
        service=onward.service.name,
        tag=tag_of("onward", onward.status),
        clock=clock,
        note=f"On the list since {words.day_of(since)}" if since else _note(onward),
    )


def _note(onward: OnwardReferral) -> str:
    if onward.status == OnwardStatus.ASSESSMENT_BOOKED:
        return f"First assessment on {words.moment(onward.assessment_at)}"
    return f"Ended {words.day_of(onward.ended_at)}" if onward.ended_at else f"Sent {words.day_of(onward.sent_at)}"


def _services(user: User) -> Any:
    """Return the services of the provider's teams, by name: what the inbox can be narrowed to."""
    return own_services(user).order_by("name", "id").values_list("pk", "name")[:100]


def own_services(user: User) -> Any:
    """Return the listings of the teams in which a user is a provider: those that take referrals here."""
    return listings_kept_by(user).filter(receiving_team__in=user.team_ids("provider"))  # type: ignore[arg-type]


def _chosen(said: str) -> UUID | None:
    try:
        return UUID(said) if said else None
    except ValueError:
        raise Http404 from None
