"""People who may be there twice: a lead compares two, says that they are one, or undoes it (docs/people.md)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from rest_framework.request import Request

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import name_of_practice, signed_in
from core.clocks import local_day
from core.errors import NotVisible
from core.pagination import page_of
from referrals import selectors
from referrals.matching import Strength
from referrals.models import Person, PersonMerge, Referral
from referrals.selectors.duplicates import Described, Duplicate
from referrals.selectors.people import led_referrals
from referrals.services.merging import merge_people, undo_merge
from services_directory.suitability.findings import NOT_SAID
from web import words
from web.forms import Form, FormPage
from web.paging import Page, address_in

STRENGTHS = {Strength.CERTAIN: "Surely one", Strength.LIKELY: "Likely one", Strength.WEAK: "Perhaps one"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of two people, as a referral of the lead's team describes them."""

    id: UUID
    name: str
    born: str
    nhs_number: str
    postcode: str
    reference: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two people who may be one, and why."""

    one: Side
    other: Side
    strength: str
    reasons: list[str]


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """Show the people of the lead's teams who may be there twice, likely ones first."""
    user = lead_of(request)
    found = page_of(selectors.duplicates_of(user), key=lambda pair: pair.key, request=Request(request))
    page = Page(rows=found["results"], previous=address_in(found["previous"]), next=address_in(found["next"]))
    context = {"count": found["count"], "pairs": [_pair(pair) for pair in page.rows], "page": page}
    return render(request, "web/finding/duplicates.jinja", context)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that is known of two people. `verdict` is empty where one side does not say it."""

    name: str
    sides: list[str]
    verdict: str


class MergeForm(Form):
    """Which of two stays, and how one knows."""

    kept = forms.TypedChoiceField(
        label="Whose record stays?", coerce=UUID, widget=forms.RadioSelect(),
        error_messages={"required": "Choose whose record stays.", "invalid_choice": "Choose one of the two."},
    )  # fmt: skip
    note = forms.CharField(
        label="How do you know that they are one person?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say how you know."},
        help_text="For example: she rang, and gave both addresses. It stays with the record.",
    )  # fmt: skip


class ComparePage(FormPage):
    """Two people side by side, and the button that makes them one."""

    form_class = MergeForm
    template_name = "web/finding/compare.jinja"
    names = {"other": "kept"}
    people: dict[UUID, tuple[Person, Referral, list[str]]]

    def prepare(self) -> None:
        lead_of(self.request)
        self.people = {}
        for person_id in (self.kwargs["one"], self.kwargs["other"]):
            person = selectors.get_led_person(self.user, person_id)
            rows = list(led_referrals(self.user).filter(person=person)[:20])
            self.people[person.pk] = (person, rows[0], [row.reference for row in rows])
        if len(self.people) < 2:
            raise NotVisible("Two people are compared.")

    def build(self, data: Any = None) -> Form:
        form = super().build(data)
        form.fields["kept"].choices = [
            (str(pk), f"{words.full_name(row)}, described in {row.reference}")
            for pk, (_, row, _) in self.people.items()
        ]
        return form  # type: ignore[no-any-return]

    def context(self, form: Any) -> dict[str, Any]:
        return {"rows": _compared([self.people[pk] for pk in self.people])}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        kept = self.people[said["kept"]][0]
        merged = next(person for pk, (person, _, _) in self.people.items() if pk != kept.pk)
        merge_people(kept=kept, merged=merged, actor=self.actor, at=timezone.now(), note=said["note"])
        messages.success(self.request, "They are one person now. If that was wrong, undo it here.")
        return redirect("web:merges", kept.pk)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """One merge into a person, or its undoing."""

    id: int
    title: str
    by: str
    moved: str
    note: str
    may_undo: bool


class MergesPage(FormPage):
    """What was merged into a person, each with the way to undo it."""

    class UndoForm(Form):
        """Which merge was wrong, and how one knows."""

        merge = forms.IntegerField(widget=forms.HiddenInput)
        note = forms.CharField(
            label="How do you know that they are two people?", max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": "Say how you know."},
        )  # fmt: skip

    form_class = UndoForm
    template_name = "web/finding/merges.jinja"

    def prepare(self) -> None:
        lead_of(self.request)
        self.person = selectors.get_led_person(self.user, self.kwargs["person_id"])
        self.merges = list(selectors.merges_of(self.person)[:50])
        self.newest = led_referrals(self.user).filter(person=self.person).first()

    def initial(self) -> dict[str, Any]:
        return {"merge": next((row.pk for row in self.merges if _may_undo(row)), None)}

    def context(self, form: Any) -> dict[str, Any]:
        return {
            "merges": [_merge(row) for row in self.merges], "undone_id": self.initial()["merge"],
            "person": words.full_name(self.newest) if self.newest else "",
            "reference": self.newest.reference if self.newest else "",
        }  # fmt: skip

    def act(self, said: dict[str, Any]) -> HttpResponse:
        merge = selectors.get_merge(self.person, said["merge"])
        undo_merge(merge=merge, actor=self.actor, at=timezone.now(), note=said["note"])
        messages.success(self.request, "They are two people again: what was moved has moved back.")
        return redirect("web:duplicates")


def lead_of(request: HttpRequest) -> User:
    """Return the reader, who leads a team.

    :raises PermissionDenied: if they lead none.
    """
    user = signed_in(request.user)
    if Role.LEAD not in user.roles():
        raise PermissionDenied
    return user


def _pair(pair: Duplicate) -> Pair:
    return Pair(
        one=_side(pair.one), other=_side(pair.other), strength=STRENGTHS[pair.comparison.strength],
        reasons=list(pair.comparison.reasons),
    )  # fmt: skip


def _side(person: Described) -> Side:
    who = person.identity
    return Side(
        id=person.id, name=f"{who.family_name.upper()}, {who.first_name}", born=words.short_day(who.date_of_birth),
        reference=person.reference,
        nhs_number=words.numbered(who.nhs_number),
        postcode=who.postcode or "no postcode",
    )  # fmt: skip


def _compared(people: list[tuple[Person, Referral, list[str]]]) -> list[Line]:
    """Return what is known of two people, a line each."""
    numbers = [person.nhs_number or row.nhs_number for person, row, _ in people]
    practices = [row.gp_practice_code for _, row, _ in people]
    lines = [
        ("Name", [words.full_name(row) for _, row, _ in people]),
        ("Date of birth", [words.short_day(row.date_of_birth) for _, row, _ in people]),
        ("NHS number", [words.nhs_number_unbroken(number) if number else "" for number in numbers]),
        ("Address", [", ".join(filter(None, (*row.address.splitlines(), row.postcode))) for _, row, _ in people]),
        ("Telephone", [row.telephone for _, row, _ in people]),
        ("Email", [row.email for _, row, _ in people]),
        (
            "GP practice",
            ["" if code in NOT_SAID else words.practice(code, name=name_of_practice(code)) for code in practices],
        ),
        ("Recorded as having died", ["Yes" if person.is_deceased else "No" for person, _, _ in people]),
    ]
    compared = [
        Line(
            name=name, sides=[side or "Not known" for side in sides],
            verdict="" if not all(sides) else "Same" if sides[0] == sides[1] else "Differs",
        )
        for name, sides in lines
    ]  # fmt: skip
    return [*compared, Line(name="Referrals", sides=[", ".join(references) for _, _, references in people], verdict="")]


def _may_undo(row: PersonMerge) -> bool:
    return row.undoes_id is None and not hasattr(row, "undone_by")


def _merge(row: PersonMerge) -> Merge:
    moved = len(row.moved)
    title = "Found to be one person" if row.undoes_id is None else "Found to be two people after all"
    return Merge(
        id=row.pk, title=f"{title}, {words.day(local_day(row.recorded_at))}", by=row.recorded_by.full_name,
        moved="1 referral moved" if moved == 1 else f"{moved} referrals moved", note=row.note, may_undo=_may_undo(row),
    )  # fmt: skip
