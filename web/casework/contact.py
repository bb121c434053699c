"""Log a contact: three presses for a call that nobody answers, more only for who has more to say."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from core.idempotency import claim_of
from referrals import selectors
from referrals.enums import ConsultationMechanism, ContactDirection, ContactOutcome, ContactParty, TimeOfDay
from referrals.models import OnwardReferral
from referrals.selectors.casework import Reaching, reaching_of
from referrals.services.contacts import LONGEST_MINUTES, ContactDetails, days_to_come, log_contact
from web import words
from web.casework.acting import ActionPage
from web.casework.banner import dials
from web.forms import DayField, OnceForm, look

C, M = ContactOutcome, ConsultationMechanism
BY_USE = (C.NO_ANSWER, C.LEFT_MESSAGE, C.SPOKE, C.WRONG_NUMBER, C.DID_NOT_ATTEND, C.CANCELLED_BY_THEM,
          C.CANCELLED_BY_US)  # fmt: skip
"""The results in the order of how often they come: the commonest is under the finger."""
WAYS = (M.TELEPHONE, M.SMS, M.EMAIL, M.FACE_TO_FACE, M.TELEMEDICINE, M.OTHER, M.TALK_TYPE)
MORE = ("with_whom", "with_name", "onward_referral", "is_warm_handover", "direction", "minutes")
"""What few contacts need: it is folded away."""


class ContactForm(OnceForm):
    """One contact, or one try."""

    outcome = forms.ChoiceField(
        label="What came of it?", choices=[(each.value, each.label) for each in BY_USE],
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
        error_messages={"required": "Say what came of it."},
    )  # fmt: skip
    mechanism = forms.ChoiceField(
        label="How?", choices=[(each.value, each.label) for each in WAYS],
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small nhsuk-radios--inline"),
    )  # fmt: skip
    note = forms.CharField(
        label="Note (optional)", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The team's own: nobody else reads it.",
    )  # fmt: skip
    next_action_on = DayField(label="Another day for what is next (optional)", required=False, example="9 12 2026")
    with_whom = forms.ChoiceField(
        label="With whom?", choices=ContactParty.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small"),
    )  # fmt: skip
    with_name = forms.CharField(
        label="Their name or role, if it was not the person (optional)", required=False, max_length=70
    )
    direction = forms.ChoiceField(
        label="Who began it?", choices=ContactDirection.choices,
        widget=look(forms.RadioSelect(), classes="nhsuk-radios--small nhsuk-radios--inline"),
    )  # fmt: skip
    minutes = forms.IntegerField(
        label="How long? (optional)", required=False, min_value=1, max_value=LONGEST_MINUTES,
        widget=look(forms.NumberInput(), width="4", suffix="minutes"),
    )  # fmt: skip
    onward_referral = forms.ChoiceField(label="About which service? (optional)", required=False)
    is_warm_handover = forms.BooleanField(
        label="I have introduced the person to them (a warm handover)", required=False,
        help_text="With the provider of the service, and you spoke.",
    )  # fmt: skip
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offers: Iterable[OnwardReferral], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.reference, f"{row.service.name} ({row.reference})") for row in offers]
        if not choices:
            del self.fields["onward_referral"], self.fields["is_warm_handover"]
            return
        self.fields["onward_referral"].choices = [("", "None in particular"), *choices]  # type: ignore[attr-defined]


class LogContactPage(ActionPage):
    """Log a contact, or a try to reach the person."""

    action = "log_contact"
    form_class = ContactForm
    template_name = "web/casework/contact.jinja"

    def form_arguments(self) -> dict[str, Any]:
        return {"offers": selectors.onward_referrals_visible_to(self.user).filter(referral=self.referral)}

    def initial(self) -> dict[str, Any]:
        about = self.request.GET.get("about", "")
        return {
            "mechanism": M.TELEPHONE, "with_whom": ContactParty.PROVIDER if about else ContactParty.PERSON,
            "direction": ContactDirection.OUT, "onward_referral": about, "replaces": self.request.GET.get("replaces"),
        }  # fmt: skip

    def context(self, form: Any) -> dict[str, Any]:
        days = days_to_come(self.referral, at=timezone.now())
        more = [name for name in MORE if name in form.fields]
        return super().context(form) | {
            "label": "Correct a contact" if form["replaces"].value() else "Log a contact",
            "telephone": self.referral.telephone,
            "dials": dials(self.referral.telephone),
            "not_reached": words.day(days.if_not_reached),
            "reached": words.day(days.if_reached),
            "own_date": words.day(self.referral.next_action_on),
            "more": more,
            "is_more_open": bool(self.request.GET.get("about")) or any(form[name].errors for name in more),
            "try_next": try_next(reaching_of(self.referral)),
        }

    def do(self, said: dict[str, Any]) -> str:
        key = said.pop("key")
        claim = claim_of(
            user_id=self.user.pk, operation=f"log_contact:{self.referral.reference}", key=str(key) if key else None,
            body={name: str(value) for name, value in said.items()},
        )  # fmt: skip
        logged = log_contact(**self.common(), given=ContactDetails(**said), claim=claim)
        outcome = words.in_a_sentence(str(logged.contact.get_outcome_display()))
        return f"Logged: {outcome}. {_next(logged.reaching, logged.contact.referral.next_action_on)}"


def try_next(reaching: Reaching) -> str:
    """Write how and when the person is best tried next, where tries have failed."""
    if not reaching.failed_tries or not reaching.mechanisms:
        return ""
    return f"Tried on {reaching.failed_tries} of {reaching.tries_wanted} days. Best now: {_how(reaching)}."


def _how(reaching: Reaching) -> str:
    way = reaching.mechanisms[0]
    when = words.in_a_sentence(str(TimeOfDay(reaching.time_of_day).label))
    said = {M.OTHER: "by letter", M.FACE_TO_FACE: "by a visit"}.get(way, f"by {words.in_a_sentence(str(way.label))}")
    return f"{said}, {when}"


def _next(reaching: Reaching, day: dt.date | None) -> str:
    if reaching.asks_to_close:
        return f"They can answer until {words.day(reaching.next_on)}; then close it, or try on."
    if reaching.failed_tries and reaching.mechanisms:
        return f"Try again on {words.day(day)}: {_how(reaching)}."
    return f"The next action is due on {words.day(day)}."
