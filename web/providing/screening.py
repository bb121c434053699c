"""Answer what the service's own rules ask of a person, before they start: the same questions as the link worker's."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from core.clocks import local_day
from core.errors import NotVisible
from referrals import policies, selectors
from referrals.models import OnwardReferral
from referrals.selectors.programmes import get_received
from referrals.selectors.screening import Screening
from referrals.services.health import ObservationDetails
from referrals.services.screening import answer_screening
from web.finding.screening import AnswersPage


class ProvidersAnswers(AnswersPage):
    """What the provider heard and measured, to its own rules and to no others."""

    template_name = "web/providing/screening.jinja"
    subject: OnwardReferral

    def prepare(self) -> None:
        self.subject = get_received(self.user, self.kwargs["reference"].upper())
        found = asked_of(self.actor, self.subject, on=local_day(timezone.now()))
        if found is None:
            raise NotVisible("There is nothing to answer of this person now.")
        self.screening = found

    def record(self, given: list[ObservationDetails], *, expected_version: int | None) -> None:
        answer_screening(
            onward=self.subject, actor=self.actor, at=timezone.now(), observations=given,
            expected_version=expected_version,
        )  # fmt: skip

    def done(self) -> str:
        return reverse("web:providing-referral", args=[self.subject.reference])


def asked_of(actor: Actor, onward: OnwardReferral, *, on: dt.date) -> Screening | None:
    """Return what the provider may answer of a person on a day; None where that is nothing."""
    if "answer_screening" not in policies.available_actions(actor, onward, on=on):
        return None
    found = selectors.for_the_provider(selectors.screening_of(onward.referral, onward.service, on=on))
    return found if found.questions else None


def still_to_ask(screening: Screening | None) -> str:
    """Say how much is still to be asked; empty where nothing is."""
    count = sum(each.is_to_be_asked for each in screening.questions) if screening else 0
    return f"Your rules still ask {'1 thing' if count == 1 else f'{count} things'} of them." if count else ""
