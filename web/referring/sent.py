"""After sending: what happens next and by when, and a slip of paper that says the same to the person."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.models import User
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies
from referrals.enums import InformationFormat, ReferralSource, ReferralStatus
from referrals.models import Referral
from referrals.selectors.turns import turn_of
from web import words
from web.person.slip import slip as slip_of_own_page
from web.referring.own import get_own_referral
from web.referring.sentences import sentence

JUST_SENT = (ReferralStatus.SUBMITTED, ReferralStatus.DEFERRED)
TOLD = (
    "it is taken on", "the team has a question for you", "they cannot reach the person", "support has ended, with "
    "what came of it",
)  # fmt: skip
"""When a referrer hears (docs/messages.md)."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The confirmation."""

    reference: str
    person: str
    first_name: str
    next_step: str
    team: str
    telephone: str
    is_waiting: bool
    service: str
    told: tuple[str, ...] = TOLD


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What the person takes home. Nothing of why: it may lie on a kitchen table."""

    reference: str
    first_name: str
    asked_by: str
    team: str
    telephone: str
    when: str
    service: str
    is_large: bool
    link: str
    """To the person's own page, which asks for their date of birth (web/person); empty where none works."""
    square_code: str


@require_safe
def sent_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Say that it is sent, what happens next and by when. Once the team has moved it on, its own page says so."""
    user = signed_in(request.user)
    referral = _made_by(user, reference)
    if referral.status not in JUST_SENT:
        return redirect("web:record", referral.reference)
    today = local_day(timezone.now())
    turn = turn_of(referral, on=today, reads_all=policies.reads_whole_turn(Actor(user), referral))
    sent = Sent(
        reference=referral.reference,
        person=words.full_name(referral),
        first_name=referral.first_name,
        next_step=sentence(referral, turn),
        team=referral.owner_team.name,
        telephone=referral.owner_team.telephone,
        is_waiting=referral.status == ReferralStatus.DEFERRED,
        service=referral.service.name if referral.service else "",
    )
    return render(request, "web/referring/sent.jinja", {"sent": sent})


@require_safe
def slip_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the slip for the person, to print: who asked whom, what happens next, whom to ring."""
    user = signed_in(request.user)
    referral = _made_by(user, reference)
    if referral.sent_at is None or referral.ended_at is not None:
        return redirect("web:record", referral.reference)
    own_page = slip_of_own_page(user, referral.reference, at=timezone.now())
    due = words.day(referral.next_action_on) if referral.status == ReferralStatus.SUBMITTED else ""
    slip = Slip(
        reference=referral.reference,
        first_name=referral.first_name,
        asked_by=_asked_by(referral),
        team=referral.owner_team.name,
        telephone=referral.owner_team.telephone,
        when=due,
        service=referral.service.name if referral.service else "",
        is_large=InformationFormat.LARGE_PRINT in referral.information_formats,
        link=own_page.address,
        square_code=own_page.square_code,
    )
    return render(request, "web/referring/slip.jinja", {"slip": slip})


def _asked_by(referral: Referral) -> str:
    if referral.source in ReferralSource.STATED:
        return referral.referrer_name
    return f"{referral.referrer_name} ({referral.referrer_organization})"


def _made_by(user: User, reference: str) -> Referral:
    try:
        return get_own_referral(user, reference)
    except NotVisible as unseen:
        raise Http404 from unseen
