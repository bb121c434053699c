"""Make a referral on one page: send it, or keep it as a draft and send it later."""

import math
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.enums import Role
from accounts.selectors import signed_in
from core.clocks import local_day
from core.errors import DomainError, Invalid, KeyReused, TooOften
from core.idempotency import claim_of, is_settled, result_of
from core.identifiers import clean_nhs_number
from core.throttling import PersonMatchThrottle, ReferralThrottle
from referrals import selectors
from referrals.enums import ReferralStatus
from referrals.models import Referral
from referrals.services.content import ReferralContent
from referrals.services.known_people import AlreadyReferred, PersonMayBeKnown
from referrals.services.people import PersonDetails, check_person
from referrals.services.referrals import create_referral, edit_draft, take_referral_step
from web import words
from web.forms import FormPage
from web.referring.content import content_from, typed_in
from web.referring.forms import NAMES, ReferralForm, day_typed
from web.referring.own import get_own_referral
from web.states import Tag, tag_of

OPERATION = "create_referral"
MOST_SHOWN = 5
AGREES = {
    "name": "name", "date_of_birth": "date of birth", "postcode": "postcode", "nhs_number": "NHS number",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A referral of the same person that the reader sees anyway."""

    reference: str
    sent: str
    tag: Tag
    team: str


@dataclass(frozen=True, kw_only=True)
class Known:
    """Somebody who may be the person: what stands for them, on what they agree, what of them the reader sees."""

    token: str
    agrees_on: str
    referrals: list[Earlier]


class ReferralPage(FormPage):
    """What making a referral and finishing a draft share: the form, and what is asked on sending."""

    form_class = ReferralForm
    template_name = "web/referring/refer.jinja"
    names = NAMES

    def prepare(self) -> None:
        if Role.REFERRER not in self.user.roles():
            raise PermissionDenied

    def build(self, data: Any = None) -> ReferralForm:
        return ReferralForm(data, user=self.user, initial=self.initial())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("prefill"):
            return self.show(self.prefilled())
        return super().post(request, *args, **kwargs)

    def prefilled(self) -> ReferralForm:
        """Return the form as another page of this service has filled it in: shown, and not judged yet."""
        form = self.build()
        for name, field in form.fields.items():
            if name in {"key", "version"}:
                continue
            if name in self.request.POST or f"{name}_0" in self.request.POST:
                typed = day_typed(self.request.POST, name) if f"{name}_0" in self.request.POST else None
                form.initial[name] = typed or field.widget.value_from_datadict(self.request.POST, {}, name)
        return form

    def show(self, form: Any, *, problem: DomainError | None = None, status: int = 200) -> HttpResponse:
        """Show the form; where the person may be known, or is with the team already, with the question about it."""
        context = {"form": form, "problem": problem, "matches": [], "waiting": None} | self.context(form)
        if isinstance(problem, PersonMayBeKnown):
            context["matches"] = [
                Known(
                    token=match["token"],
                    agrees_on=" and ".join(AGREES.get(name, name) for name in match["agrees_on"]),
                    referrals=self._earlier(match["references"]),
                )
                for match in problem.extra["matches"]
            ]
        if isinstance(problem, AlreadyReferred):
            context["waiting"] = self._earlier(problem.extra["references"])
        return render(self.request, self.template_name, context, status=status)

    def _earlier(self, references: list[str]) -> list[Earlier]:
        rows = selectors.referrals_visible_to(self.user).filter(reference__in=references)
        return [earlier_of(row) for row in rows[:MOST_SHOWN]]

    def send(self, referral: Referral, *, version: int | None) -> HttpResponse:
        """Send a draft: at once, or when the person has come home."""
        waits = referral.planned_discharge_on is not None and referral.discharged_on is None
        take_referral_step(
            referral=referral, step="defer" if waits else "submit", actor=self.actor, at=timezone.now(),
            expected_version=version,
        )  # fmt: skip
        return redirect("web:referral-sent", referral.reference)


class NewReferralPage(ReferralPage):
    """Empty to sent, on one page. Pressed twice, it is made once (docs/adr/0007)."""

    def act(self, said: dict[str, Any]) -> HttpResponse:
        is_draft = self.request.POST.get("do") == "draft"
        key = str(said["key"] or "") or None
        _check_how_often(self.request, self, key=key)
        made = create_referral(
            actor=self.actor, at=timezone.now(), content=content_from(said, is_draft=is_draft),
            claim=claim_of(user_id=self.user.pk, operation=OPERATION, key=key, body=said | {"do": is_draft}),
        )  # fmt: skip
        if is_draft:
            messages.success(self.request, "The draft is kept. Nobody outside your team sees it until you send it.")
            return redirect("web:refer-draft", made.reference)
        return redirect("web:referral-sent", made.reference)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except KeyReused as reused:
            return self._sent_already(reused)

    def _sent_already(self, reused: KeyReused) -> HttpResponse:
        """Say what was made with this page before; what is typed stays, and may be sent as a second one."""
        form = self.build(self.request.POST)
        earlier = result_of(user_id=self.user.pk, operation=OPERATION, key=self.request.POST.get("key", ""))
        form.retype("key", str(self.build()["key"].value()))
        self.made_before = earlier
        return self.show(form, problem=reused, status=409)

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": "", "made_before": getattr(self, "made_before", "")}


class DraftPage(ReferralPage):
    """A draft, opened again: change it, keep it, send it. Who was second reads that somebody was first."""

    draft: Referral
    before: ReferralContent
    typed: dict[str, Any]

    def prepare(self) -> None:
        super().prepare()
        self.draft = get_own_referral(self.user, self.kwargs["reference"])
        self.before, self.typed = typed_in(self.draft)

    def initial(self) -> dict[str, Any]:
        return self.typed

    def build(self, data: Any = None) -> ReferralForm:
        form = super().build(data)
        form.fields.pop("referring_team", None)  # a draft stays with the team that wrote it
        return form

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft.status != ReferralStatus.DRAFT:
            return redirect("web:record", self.draft.reference)
        return super().get(request, *args, **kwargs)

    def act(self, said: dict[str, Any]) -> HttpResponse:
        is_draft = self.request.POST.get("do") == "draft"
        content = content_from(said, is_draft=True, before=self.before)
        kept = edit_draft(
            referral=self.draft, actor=self.actor, at=timezone.now(), content=content, expected_version=said["version"]
        )
        self.kept_version = kept.version
        if is_draft:
            messages.success(self.request, "The draft is kept.")
            return redirect("web:refer-draft", kept.reference)
        return self.send(kept, version=kept.version)

    def show(self, form: Any, *, problem: DomainError | None = None, status: int = 200) -> HttpResponse:
        if (version := getattr(self, "kept_version", None)) is not None:  # what was typed is kept, and was not sent
            form.retype("version", str(version))
        return super().show(form, problem=problem, status=status)

    def context(self, form: Any) -> dict[str, Any]:
        return {"reference": self.draft.reference, "made_before": ""}


@require_POST
def known(request: HttpRequest) -> HttpResponse:
    """Say of the person whose number is being typed what the asker sees of them anyway: a piece of the page.

    By POST alone: an NHS number stands in no address, and in no log.
    """
    user = signed_in(request.user)
    if Role.REFERRER not in user.roles():
        raise PermissionDenied
    throttle = PersonMatchThrottle()
    if not throttle.allow_request(request, _Scope("person-match")):
        return HttpResponse(status=429, headers={"Retry-After": str(math.ceil(throttle.wait() or 60))})
    typed, wrong = request.POST.get("nhs_number", "").strip(), ""
    rows: list[Referral] = []
    try:
        number = clean_nhs_number(typed) if typed else ""
    except ValueError as reason:
        number, wrong = "", str(reason)
    if number:
        rows = list(selectors.referred_already(user, number)[:MOST_SHOWN])
    context = {
        "wrong": wrong, "is_number": bool(number), "referrals": [earlier_of(row) for row in rows],
        "may_be_known": not rows and _may_be_known(request, number),
    }  # fmt: skip
    return render(request, "web/referring/known.jinja", context)


def _may_be_known(request: HttpRequest, number: str) -> bool:
    """Whether whoever is described so far may be known: asked as soon as names and date of birth are typed."""
    born = day_typed(request.POST, "date_of_birth")
    first, family = (request.POST.get(name, "").strip()[:35] for name in ("first_name", "family_name"))
    if born is None or not first or not family:
        return False
    described = PersonDetails(
        first_name=first, family_name=family, date_of_birth=born, nhs_number=number,
        postcode=request.POST.get("postcode", "")[:10], gp_practice_code="V81999",
    )  # fmt: skip
    try:
        identity = check_person(described, today=local_day(timezone.now())).identity
    except Invalid:
        return False
    return selectors.is_certainly_known(identity) or bool(selectors.likely_people(identity))


@dataclass(frozen=True)
class _Scope:
    """What a throttle asks of a view."""

    throttle_scope: str


def _check_how_often(request: HttpRequest, view: Any, *, key: str | None) -> None:
    throttle = ReferralThrottle()
    if throttle.allow_request(request, view):
        return
    if key and is_settled(user_id=signed_in(request.user).pk, operation=OPERATION, key=key):
        return
    raise TooOften("You have made very many referrals in the last hour. Wait a little.", wait=60)


def earlier_of(referral: Referral) -> Earlier:
    """Return a referral as a line about the same person shows it."""
    return Earlier(
        reference=referral.reference, sent=words.day_of(referral.sent_at), team=referral.owner_team.name,
        tag=tag_of("referral", referral.status),
    )  # fmt: skip
