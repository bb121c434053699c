"""The pages of proposed changes of the directory (L-…): what would change, and an editor's decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.selectors import signed_in
from core.errors import Conflict, NotPermitted, NotVisible
from services_directory import policies, selectors, services
from services_directory.enums import ProposalStatus
from services_directory.listing.document import by_field
from services_directory.models import ListingProposal
from web import words
from web.forms import Form, FormPage
from web.paging import page_of
from web.record.facts import Fact


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field as it was and as it would be."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    """The whole page."""

    reference: str
    title: str
    status: str
    is_pending: bool
    may_decide: bool
    may_withdraw: bool
    facts: list[Fact]
    changes: list[FieldChange]


def get_page(user: User, reference: str) -> ProposalPage:
    """Return the page of the one proposal with this reference.

    :raises NotVisible: if there is none, or none that the user may see; it does not say which.
    """
    proposal = selectors.get_proposal(user, reference)
    listing = proposal.service.name if proposal.service else proposal.after["name"]
    facts = [
        Fact(name="Listing", values=[listing]),
        Fact(name="Proposed by", values=[f"{proposal.proposed_by.full_name}, {proposal.team.name}"]),
        Fact(name="Proposed", values=[words.moment(proposal.proposed_at)]),
        Fact(name="Decided by", values=[proposal.decided_by.full_name] if proposal.decided_by else []),
        Fact(name="Decided", values=[words.moment(proposal.decided_at)] if proposal.decided_at else []),
        Fact(name="Reason", values=[proposal.reason] if proposal.reason else []),
    ]
    is_pending = proposal.status == ProposalStatus.PENDING
    return ProposalPage(
        reference=proposal.reference,
        title="New listing" if proposal.is_new_listing else "Change to a listing",
        status=words.label_of(ProposalStatus, proposal.status),
        is_pending=is_pending,
        may_decide=is_pending and policies.is_editor(Actor(user)),
        may_withdraw=is_pending and proposal.team_id in user.team_ids(Role.PROVIDER),
        facts=[fact for fact in facts if fact.values],
        changes=_changes(proposal),
    )


@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """Name the proposals, those that wait first: to the directory's editors."""
    user = signed_in(request.user)
    if not policies.is_editor(Actor(user)):
        return render(request, "403.html", status=403)
    page = page_of(request, selectors.proposals_visible_to(user), ordering=("turn",))
    rows = [
        {
            "reference": row.reference,
            "listing": row.service.name if row.service else row.after["name"],
            "by": f"{row.proposed_by.full_name}, {row.team.name}",
            "when": words.moment(row.proposed_at),
            "status": words.label_of(ProposalStatus, row.status),
            "is_pending": row.status == ProposalStatus.PENDING,
        }
        for row in page.rows
    ]
    return render(request, "web/managing/proposals.jinja", {"page": page, "rows": rows})


@require_POST
def decide(request: HttpRequest, reference: str, decision: str) -> HttpResponse:
    """Publish a proposal, or take one's own team's back."""
    user = signed_in(request.user)
    do, told = DECISIONS[decision]
    try:
        do(proposal=selectors.get_proposal(user, reference), actor=Actor(user), at=timezone.now())
    except NotVisible as unseen:
        raise Http404 from unseen
    except (Conflict, NotPermitted) as refused:
        messages.info(request, refused.detail)
    else:
        messages.success(request, told)
    return redirect("web:record", reference)


DECISIONS: dict[str, tuple[Callable[..., None], str]] = {
    "publish": (services.approve_proposal, "The change is made. Whoever proposed it is told."),
    "withdraw": (services.withdraw_proposal, "The proposal is taken back. The listing stays as it is."),
}


class DeclineForm(Form):
    """Why the listing stays as it is."""

    reason = forms.CharField(
        label="Why does the listing stay as it is?", max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Whoever proposed the change reads this.", error_messages={"required": "Write a few words."},
    )  # fmt: skip


class DeclinePage(FormPage):
    """Leave the listing as it is, and say why."""

    form_class = DeclineForm
    template_name = "web/managing/decline_proposal.jinja"
    proposal: ListingProposal

    def prepare(self) -> None:
        self.proposal = selectors.get_proposal(self.user, self.kwargs["reference"])
        if not policies.is_editor(self.actor):
            raise NotVisible("Editors decide.")

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": self.proposal.reference}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        services.decline_proposal(proposal=self.proposal, actor=self.actor, at=timezone.now(), reason=said["reason"])
        messages.success(self.request, "Declined. Whoever proposed it is told why.")
        return redirect("web:record", self.proposal.reference)


def _changes(proposal: ListingProposal) -> list[FieldChange]:
    return [
        FieldChange(
            field=words.in_words(name),
            before=_written(proposal.before.get(name)),
            after=_written(value),
        )
        for name, value in by_field(proposal.after)
        if not proposal.is_new_listing or value not in (None, "", [], False)
    ]


def _written(value: Any) -> str:
    """Write a value of a listing: what is said in it, without the names of its parts."""
    if isinstance(value, Mapping):
        named = value.get("name")
        return str(named) if named else ", ".join(filter(None, (_written(inner) for inner in value.values())))
    if isinstance(value, list):
        return "; ".join(_written(item) for item in value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
