"""Referrals whose time is over: a lead of the team, or the records and privacy officer, forgets them or keeps them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.actors import Actor
from accounts.selectors import signed_in
from referrals import policies
from referrals.enums import KeepingReason
from referrals.models import RetentionProposal
from referrals.selectors import get_retention_proposal, retention_proposals_visible_to
from referrals.services.retention import forget, keep_longer
from web import words
from web.forms import DayField, Form, FormPage
from web.paging import page_of
from web.record.facts import Fact


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Name those that wait for a decision, the longest over first."""
    user = signed_in(request.user)
    if not policies.decides_what_is_kept(Actor(user)):
        return render(request, "403.html", status=403)
    page = page_of(request, retention_proposals_visible_to(user).filter(decision=""), ordering=("due_on", "id"))
    rows = [
        {
            "pk": row.pk,
            "reference": row.referral.reference,
            "kind": row.get_kind_display(),
            "team": row.referral.owner_team.name if row.referral.owner_team else "",
            "due": words.day(row.due_on),
        }
        for row in page.rows
    ]
    return render(request, "web/keeping/to_forget.jinja", {"page": page, "rows": rows})


class DecideForm(Form):
    """Forget it, or keep it until a day for a reason."""

    decision = forms.ChoiceField(
        label="What becomes of it?", widget=forms.RadioSelect,
        choices=[("forget", "Forget it for good"), ("keep", "Keep it for longer")],
        error_messages={"required": "Choose whether it is forgotten or kept"},
    )  # fmt: skip
    reason = forms.ChoiceField(
        label="To keep it: why?", required=False, choices=[("", "Choose a reason"), *KeepingReason.choices]
    )
    keep_until = DayField(
        label="To keep it: until when?", required=False, example="1 6 2028",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A reason and a day, where it is kept."""
        said = super().clean() or self.cleaned_data
        if said.get("decision") == "keep":
            if not said.get("reason"):
                self.add_error("reason", "Choose why it is kept")
            if not said.get("keep_until") and "keep_until" not in self.errors:
                self.add_error("keep_until", "Enter until when it is kept: then it is looked at again")
        return said


class DecidePage(FormPage):
    """What is proposed to be forgotten, and the decision."""

    form_class = DecideForm
    template_name = "web/keeping/decide.jinja"
    proposal: RetentionProposal

    def prepare(self) -> None:
        self.proposal = get_retention_proposal(self.user, self.kwargs["pk"])

    def context(self, form: Any) -> dict[str, Any]:
        row = self.proposal
        team, ended = row.referral.owner_team, row.referral.ended_at
        facts = [
            Fact(name="What it is", values=[row.get_kind_display()]),
            Fact(name="Team", values=[team.name] if team else []),
            Fact(name="Ended", values=[words.moment(ended)] if ended else []),
            Fact(name="Its time was over", values=[words.day(row.due_on)]),
            Fact(name="Decided", values=[self._decided()] if row.decided_by else []),
        ]
        return {
            "reference": row.referral.reference,
            "facts": [fact for fact in facts if fact.values],
        }

    def _decided(self) -> str:
        row = self.proposal
        until = f" until {words.day(row.keep_until)}, because: {row.get_reason_display()}" if row.keep_until else ""
        who = row.decided_by.full_name if row.decided_by else ""
        return f"{row.get_decision_display()}{until}. {who}, {words.moment(row.decided_at)}"

    def act(self, said: dict[str, Any]) -> HttpResponse:
        now = timezone.now()
        if said["decision"] == "forget":
            forget(proposal=self.proposal, actor=self.actor, at=now)
            done = "It is forgotten. That there was a referral, and what it counted for, stays."
        else:
            keep_longer(
                proposal=self.proposal, actor=self.actor, at=now, reason=said["reason"], keep_until=said["keep_until"]
            )
            done = f"It is kept until {words.day(said['keep_until'])}, and then looked at again."
        messages.success(self.request, done)
        return redirect("web:to-forget")
