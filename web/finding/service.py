"""One service, whole, for whoever works with people; with `?for=` for one person: what its rules ask and find."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import NotVisible
from referrals import selectors
from referrals.enums import QuestionState
from referrals.models import Observation
from referrals.selectors.offering import standings_for
from referrals.selectors.screening import ScreenedQuestion, Screening
from services_directory.models import Service
from services_directory.selectors import get_service, rules_of
from services_directory.suitability.dates import PartialDate
from services_directory.suitability.kinds import Answered
from services_directory.suitability.vocabulary import QUESTIONS
from services_directory.suitability.wording import number, rule_in_words
from web import listings, words
from web.finding.cards import Room, room, suits
from web.finding.case import get_case
from web.states import Tag, tag_of


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of a service: the rule in words, or what it says of the person."""

    words: str
    source: str
    tag: Tag | None = None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question of the rules, and how it stands: answered with what, on which day, or open."""

    question: str
    answer: str
    is_open: bool


@require_safe
def service_page(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Show everything of a listing; for a person of the reader's own team, how it fits them."""
    user, now = signed_in(request.user), timezone.now()
    today = local_day(now)
    try:
        service = get_service(user, service_id)
        reference = request.GET.get("for", "")
        referral = get_case(user, reference) if reference else None
    except NotVisible as unseen:
        raise Http404 from unseen
    context = {
        "service": service,
        "facts": listings.whole_facts_of(service),
        "room": room_of(service, on=today),
        "trust": trust_of(service),
        "is_stale": service.is_stale,
    }
    if referral is None:
        rules = (
            in_force.rule for version in rules_of([service.pk], on=today)[service.pk] for in_force in version.rules
        )
        context["rules"] = [Rule(words=rule_in_words(rule), source=rule.source) for rule in rules]
        return render(request, "web/finding/service.jinja", context)
    screening = selectors.screening_of(referral, service, on=today)
    instead = request.GET.get("instead", "")
    context |= {
        "reference": referral.reference, "person": words.full_name(referral), "suits": suits(screening.suitability),
        "rules": outcomes_of(screening), "notices": screening.suitability.notices,
        "questions": [asked(each) for each in screening.questions],
        "standing": standings_for(referral, [service.pk], on=today)[service.pk],
        "instead": f"?instead={instead}" if instead else "",
    }  # fmt: skip
    return render(request, "web/finding/service.jinja", context)


def room_of(service: Service, *, on: dt.date) -> Room | None:
    """Return how much room a service has that takes referrals."""
    if service.referral_route != "referral":
        return None
    details = {
        name: getattr(service, name)
        for name in ("places_left", "keeps_waiting_list", "waiting_list_length", "expected_wait_weeks", "paused_until")
    }
    return room(service.capacity, details, on=on)


def trust_of(service: Service) -> list[str]:
    """Return how far a listing can be believed, in sentences."""
    judgement = getattr(service, "judgement", None)
    return [service.trust_label or "Nobody has checked this listing", *([judgement.words] if judgement else [])]


def outcomes_of(screening: Screening) -> list[Rule]:
    """Return what each rule says of the person, those that decide first."""
    found = screening.suitability
    deciding = set(map(id, found.decided_by))
    rest = [outcome for outcome in found.outcomes if id(outcome) not in deciding]
    return [
        Rule(words=outcome.words, source=outcome.source, tag=tag_of("rule", outcome.result))
        for outcome in (*found.decided_by, *rest)
    ]


def asked(each: ScreenedQuestion) -> Asked:
    """Return one question with the answer that counts."""
    if each.answer is None:
        return Asked(question=each.question.text, answer="Never asked", is_open=each.is_to_be_asked)
    on = f"({words.short_day(each.answer.observed_on)}, {each.answer.recorded_by.full_name})"
    state = "" if each.state == QuestionState.ANSWERED else f" {QuestionState(each.state).label}."
    return Asked(
        question=each.question.text, answer=f"{answer_in_words(each.answer)} {on}{state}", is_open=each.is_to_be_asked
    )  # fmt: skip


def answer_in_words(given: Observation) -> str:
    """Write one recorded answer: "Yes, August 2026", "142/88 mmHg", "medium", "Not known"."""
    if given.answer != Answered.GIVEN:
        when = PartialDate.read(given.occurred).in_words if given.occurred else ""
        return ", ".join(filter(None, (words.label_of(Answered, given.answer), when)))
    if given.choice:
        question = QUESTIONS.get(given.code)
        return dict(question.choices).get(given.choice, given.choice) if question else given.choice
    values = "/".join(number(value) for value in (given.value, given.second_value) if value is not None)
    return f"{values} {given.unit}".strip()
