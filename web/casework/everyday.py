"""What a team does every day beside contacts: notes, tasks, and who takes a case on."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.selectors import signed_in
from accounts.teams import TAKE_WORK_ON, members_of
from core.clocks import add_working_days
from core.errors import Conflict, NotPermitted, NotVisible
from referrals import selectors
from referrals.services.case_tasks import add_task, finish_task
from referrals.services.notes import write_note
from referrals.services.referrals import allocate_referral
from web import words
from web.casework.acting import ActionPage
from web.forms import DayField, Form, VersionedForm

SOON = 5
"""Working days until a task is due, unless somebody says another day."""


class NoteForm(Form):
    """A note of the team."""

    text = forms.CharField(
        label="Note", max_length=8000, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write something."},
    )  # fmt: skip
    is_shared = forms.BooleanField(
        label="Share it with the referrer", required=False, help_text="They are told that there is a note, and read it."
    )
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)


class WriteNotePage(ActionPage):
    """Write a note on a case, or correct one."""

    action = "write_note"
    form_class = NoteForm
    hint = "The team's own, unless you share it. Do not write more about others than the case needs."

    def initial(self) -> dict[str, Any]:
        replaces = self.request.GET.get("replaces", "")
        earlier = (
            selectors.casework.case_notes_of(self.user, self.referral).filter(pk=int(replaces)).first()
            if replaces.isdecimal() and len(replaces) < 19
            else None
        )
        if earlier is None:
            return {}
        return {"text": earlier.text, "is_shared": earlier.is_shared, "replaces": earlier.pk}

    def do(self, said: dict[str, Any]) -> str:
        note = write_note(**self.common(), **said)
        return "The note is written. The referrer is told." if note.is_shared else "The note is written."


class TaskForm(Form):
    """Something to do."""

    title = forms.CharField(
        label="What is to be done?", max_length=200, error_messages={"required": "Say what is to be done."}
    )
    due_on = DayField(label="By when?", example="9 12 2026", error_messages={"required": "Enter the day."})
    assigned_to = forms.TypedChoiceField(label="Who does it?", required=False, empty_value=None)

    def __init__(self, *args: Any, members: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_key = {str(row.pk): row for row in members}
        choices = [("", "Whoever has the case"), *((key, row.full_name) for key, row in by_key.items())]
        self.fields["assigned_to"] = forms.TypedChoiceField(
            label="Who does it?", required=False, empty_value=None, choices=choices, coerce=by_key.__getitem__
        )


class AddTaskPage(ActionPage):
    """Write down something to do that nothing else says."""

    action = "add_task"
    form_class = TaskForm

    def form_arguments(self) -> dict[str, Any]:
        return {"members": list(members_of(self.referral.owner_team, *TAKE_WORK_ON))}

    def initial(self) -> dict[str, Any]:
        return {"due_on": add_working_days(self.today, SOON)}

    def do(self, said: dict[str, Any]) -> str:
        task = add_task(**self.common(), **said)
        return f"Written down: {task.title}, by {words.day(task.due_on)}."


@require_POST
def task_done(request: HttpRequest, reference: str, task_id: int) -> HttpResponse:
    """Say that a task is done. Who is second reads who was first."""
    user = signed_in(request.user)
    try:
        referral = selectors.get_referral(user, reference.upper())
        task = finish_task(referral=referral, task_id=task_id, actor=Actor(user), at=timezone.now())
    except (NotVisible, NotPermitted) as unseen:
        raise Http404 from unseen
    except Conflict as refused:
        messages.info(request, f"It was done already: {refused.detail}")
    else:
        messages.success(request, f"Done: {task.title}.")
    return redirect("web:record", referral.reference)


class AllocateForm(VersionedForm):
    """Who takes a case on."""

    next_action_on = DayField(
        label="When is the next thing to be done? (optional)", required=False, example="9 12 2026"
    )

    def __init__(self, *args: Any, members: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_key = {str(row.pk): row for row in members}
        owner = forms.TypedChoiceField(
            label="Who takes it on?", coerce=by_key.__getitem__, error_messages={"required": "Choose a person."},
            choices=[("", "Choose a person"), *((key, row.full_name) for key, row in by_key.items())],
        )  # fmt: skip
        self.fields = {"owner": owner} | self.fields


class AllocatePage(ActionPage):
    """Give a case to somebody of the team."""

    action = "allocate"
    form_class = AllocateForm

    def form_arguments(self) -> dict[str, Any]:
        return {"members": list(members_of(self.referral.owner_team, *TAKE_WORK_ON))}

    def do(self, said: dict[str, Any]) -> str:
        version = said.pop("version")
        referral = allocate_referral(**self.common(), **said, expected_version=version)
        return f"{said['owner'].full_name} has it now. The next action is due on {words.day(referral.next_action_on)}."
