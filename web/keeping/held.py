"""A person asks what is held on them: the records and privacy officer takes it out as one file."""

from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from core.errors import NotVisible
from referrals import policies
from referrals.access_log import opened
from referrals.enums import AccessReason
from referrals.holdings.page import file_as_page
from referrals.selectors import person_who_asks, subject_accesses_visible_to
from referrals.services import subject_access
from referrals.services.access import Subject
from web import words
from web.forms import FormPage, look
from web.keeping.who import WhoForm, the_one_meant
from web.paging import page_of


class HeldForm(WhoForm):
    """Who asks, how it is known that it is they, and as what they are given it."""

    request = forms.CharField(
        label="How did they ask, and how do you know that it is they?", max_length=subject_access.REQUEST_LENGTH,
        help_text="For example, by letter of 1 November; came in with a passport.",
        widget=look(forms.Textarea(attrs={"rows": 3})),
        error_messages={"required": "Say how the person asked and how you know that it is they"},
    )  # fmt: skip
    kind = forms.ChoiceField(
        label="As what?", initial="page",
        choices=[("page", "A page to read and print"), ("json", "A file for another computer (JSON)")],
        widget=forms.RadioSelect, error_messages={"required": "Choose as what they are given it"},
    )  # fmt: skip


class HeldPage(FormPage):
    """Take out everything held on a person, and see who has taken out what before."""

    form_class = HeldForm
    template_name = "web/keeping/held.jinja"

    def prepare(self) -> None:
        if not policies.may_take_out(self.actor):
            raise NotVisible("The records and privacy officer takes it out.")

    def context(self, form: Any) -> dict[str, Any]:
        page = page_of(self.request, subject_accesses_visible_to(self.user), ordering=("-made_at", "-id"))
        taken = [
            {"who": row.made_by.full_name, "when": words.moment(row.made_at), "why": row.request} for row in page.rows
        ]
        return {"page": page, "taken": taken}

    def act(self, said: dict[str, Any]) -> HttpResponse:
        person = the_one_meant(person_who_asks, self.user, said)
        made = subject_access.take_out(person=person, actor=self.actor, at=timezone.now(), why=said["request"])
        opened(self.request, Subject(people=(person.pk,)), reason=AccessReason.ASKED, words=said["request"])
        is_page = said["kind"] == "page"
        answer = HttpResponse(file_as_page(made.content)) if is_page else JsonResponse(made.content)
        name = f"everything-held-{made.record.id}.{'html' if is_page else 'json'}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "no-store"
        return answer
