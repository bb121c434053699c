"""The lists of a link-worker team, whole and paged: what is new, what is due, who is being supported."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.counting import count_of
from referrals.enums import ReferralStatus
from referrals.models import Referral
from referrals.selectors import caseload
from referrals.selectors.due import DueInOrder
from referrals.selectors.worklist import Lines, ListedReferral
from web import words
from web.actions import Action, actions_of
from web.casework.home import row_of_task
from web.casework.whose import Whose, whose_of
from web.paging import page_of
from web.states import Tag, tag_of
from web.worklists import clock_of

TRIAGE = ("accept", "request_information", "redirect", "reject")
"""What is decided of a new referral, the usual first."""
WAITING = {"": "Anybody or nobody", "others": "Somebody else", "referrer": "The referrer", "provider": "A service"}
WHEN = {"": "Any day", "overdue": "Overdue", "due": "Due today or overdue"}


def _team_of(request: HttpRequest) -> tuple[User, Whose]:
    """Return who asks, and whose work they ask for.

    :raises PermissionDenied: if they work in no team that supports people.
    """
    user = signed_in(request.user)
    whose = whose_of(user, request)
    if whose is None:
        raise PermissionDenied("This is for the teams that support people.")
    return user, whose


# --- New to triage --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NewReferral:
    """One referral to decide on, at a glance."""

    reference: str
    person: str
    age: int
    sent: str
    sent_by: str
    team: str
    reason: str
    needs: list[str]
    risks: list[str]
    due: str
    clock: Tag | None
    actions: list[Action]


@require_safe
def triage(request: HttpRequest) -> HttpResponse:
    """Show what was sent to the team and is to be decided on, the first due first."""
    user, _ = _team_of(request)
    today = local_day(timezone.now())
    rows = caseload.with_needs_and_risks(caseload.new_to_triage(user))
    page = page_of(request, rows, ordering=("next_action_on", "id"), size=15)
    shown = [_new_referral(user, row, today) for row in page.rows]
    return render(request, "web/casework/triage.jinja", {"referrals": shown, "page": page})


def _new_referral(user: User, referral: Referral, today: dt.date) -> NewReferral:
    actions = {each.name: each for each in actions_of(Actor(user), referral, on=today)}
    return NewReferral(
        reference=referral.reference,
        person=words.full_name(referral),
        age=relativedelta(today, referral.date_of_birth).years,
        sent=words.day_of(referral.submitted_at),
        sent_by=", ".join(dict.fromkeys(filter(None, (referral.referrer_name, referral.referrer_organization)))),
        team=referral.owner_team.name,
        reason=referral.reason,
        needs=[need.term.name for need in referral.needs.all()],
        risks=[risk.description for risk in referral.risks.all() if not risk.is_none_known],
        due=words.day(referral.next_action_on),
        clock=clock_of(referral.next_action_on, today),
        actions=[actions[name] for name in TRIAGE if name in actions],
    )


# --- What is due ----------------------------------------------------------------------------------------------------


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Show everything that is the team's own to do, the most urgent first."""
    user, whose = _team_of(request)
    today = local_day(timezone.now())
    page = page_of(request, DueInOrder(user, caseload.due_for(user, of=whose.of)), ordering=("due_on", "key"))
    context = {"whose": whose, "page": page, "rows": [row_of_task(task, today) for task in page.rows]}
    return render(request, "web/casework/due.jinja", context)


# --- The caseload ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case in the list."""

    reference: str
    person: str
    tag: Tag
    turn: str
    holder: str
    due: str
    clock: Tag | None


@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Show the open cases, the first due first: one's own, the team's, or those of a colleague."""
    user, whose = _team_of(request)
    today = local_day(timezone.now())
    state, when, waiting = (request.GET.get(name, "") for name in ("state", "when", "waiting"))
    rows = caseload.caseload_visible_to(user, of=whose.of)
    if state in ReferralStatus.SENT:
        rows = rows.filter(status=state)
    if when in ("overdue", "due"):
        rows = rows.filter(next_action_on__lt=today + dt.timedelta(days=when == "due"))
    if waiting in ("others", "referrer", "provider"):
        rows = caseload.that_wait(rows, referrers=waiting != "provider", providers=waiting != "referrer")
    page = page_of(request, Lines(rows), ordering=("next_action_on", "id"))
    labels = {key: ReferralStatus(key).label for key in ReferralStatus.SENT}
    context = {
        "whose": whose,
        "page": page,
        "count": (count := count_of(rows)),
        "counted": words.how_many(count),
        "cases": [_case(row, today) for row in page.rows],
        "states": _options({"": "Any"} | labels, state),
        "whens": _options(WHEN, when),
        "waitings": _options(WAITING, waiting),
        "is_filtered": bool(state or when or waiting),
    }
    return render(request, "web/casework/caseload.jinja", context)


def _case(referral: ListedReferral, today: dt.date) -> Case:
    return Case(
        reference=referral.reference,
        person=words.name_in_a_list(referral),
        tag=tag_of("referral", referral.status),
        turn=words.whose_turn(referral.turn(on=today, reads_all=True)._replace(due_on=None)),  # it has a column
        holder=words.holder_of(
            status=referral.status,
            referring_team=referral.referring_team,
            owner_team=referral.owner_team,
            owner=referral.owner,
        ),
        due=words.short_day(referral.next_action_on),
        clock=clock_of(referral.next_action_on, today),
    )


def _options(choices: dict[str, Any], chosen: str) -> list[dict[str, Any]]:
    return [{"value": key, "text": str(text), "selected": key == chosen} for key, text in choices.items()]
