"""Every answer that shows the record of a person is written down before it is given: pages and API alike.

By construction: whatever has a referral, an onward referral, a message back or a person in its address is about them.
Where nothing stands in the address, the view says whose record it shows (`opened`). A test goes through every route and
looks for what was said of a person (tests/authority/test_every_reading_is_on_record.py).
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django_guid import get_guid

from core.doing import user_of, visitor_of
from core.errors import Invalid, NotVisible
from core.problems import is_for_machines, json_problem
from core.renderers import PROBLEM_TYPE
from referrals import selectors
from referrals.enums import AccessPurpose, AccessReason
from referrals.models.access import WORDS_LENGTH
from referrals.selectors.messages_back import get_message_back
from referrals.services.access import Reading, ReasonNeeded, Subject, checked_reason, needs_reason, record_access

HEADER = "Access-Reason"
HOW = f"Send the header {HEADER} with one of the reasons, a colon, and some words. They are kept."
SAID_WHY = "said_why"
"""Where the session keeps what was said on the page that asks, until the record is shown."""
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_OF_A_RECORD = re.compile(r"[ROM]-")
_SHOWN = {200, 201, 202, 400, 409, 422}
"""Answers that may show something of a record; also a form that is shown again, with what is wrong with it."""
PURPOSES = {
    "referral-dapb4066": AccessPurpose.TAKEN_OUT, "referral-message-back": AccessPurpose.TAKEN_OUT,
    "web:referral-slip": AccessPurpose.TAKEN_OUT, "web:own-page-slip": AccessPurpose.TAKEN_OUT,
    "referral-safeguarding": AccessPurpose.SAFEGUARDING, "referral-safeguarding-reads": AccessPurpose.SAFEGUARDING,
    "onward-referral-list": AccessPurpose.LISTED, "subject-access-list": AccessPurpose.FOR_THE_PERSON,
    "web:held": AccessPurpose.FOR_THE_PERSON,
}  # fmt: skip


def opened(request: Any, subject: Subject, *, reason: str = "", words: str = "") -> None:
    """Say whose record is shown, where that does not stand in the address; and why, where that is said anyway."""
    getattr(request, "_request", request).__dict__["opened"] = (subject, reason, words)


class AccessLogMiddleware:
    """Writes the row, after the answer was made and before it is given. What cannot be written is not shown."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        subject = _subject(request)
        if not subject or not _shows(request, response):
            return response
        try:
            reading = _reading(request)
            if reading.reader is not None or reading.visitor:
                record_access(subject, reading)
                if reading.reason and not is_for_machines(request):
                    request.session.pop(SAID_WHY, None)  # from here on the rows say it, for half an hour
        except (ReasonNeeded, Invalid) as refused:
            return _ask(request, subject, refused)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Ask before somebody acts on a page; of the API `says_why` does, who knows by then whose token it is."""
        subject = _subject(request)
        if request.method not in UNSAFE or is_for_machines(request) or not subject or not request.user.is_authenticated:
            return None
        try:
            ask_first(request, request.user)
        except (ReasonNeeded, Invalid) as refused:
            return _ask(request, subject, refused)
        return None


def ask_first(request: HttpRequest, user: Any) -> None:
    """
    :raises ReasonNeeded: if the record is one that the user may see, and they have not said why they open it.
    """
    subject = _subject(request)
    if subject and needs_reason(subject, _reading(request)) and _is_theirs(user, subject):
        raise ReasonNeeded(HOW, header=HEADER, reasons=list(AccessReason.values))


def _is_theirs(user: Any, subject: Subject) -> bool:
    """Whether the user may see it at all: whoever may not is told as ever that it does not exist."""
    getters: dict[str, Callable[[Any, str], Any]] = {
        "R": selectors.get_referral, "O": selectors.get_onward_referral, "M": get_message_back,
    }  # fmt: skip
    get = getters.get(subject.reference[:1])
    if get is None:
        return True
    try:
        get(user, subject.reference)
    except NotVisible:
        return False
    return True


def _subject(request: HttpRequest) -> Subject:
    if said := request.__dict__.get("opened"):
        subject: Subject = said[0]
        return subject
    match = request.resolver_match
    kwargs = match.kwargs if match is not None else {}
    people = [kwargs[name] for name in ("person_id", "one", "other") if name in kwargs]
    if people:
        return Subject(people=tuple(person if isinstance(person, UUID) else UUID(str(person)) for person in people))
    reference = str(kwargs.get("reference", "")).upper()
    return Subject(reference=reference if _OF_A_RECORD.match(reference) else "")


def _shows(request: HttpRequest, response: HttpResponse) -> bool:
    if request.method == "OPTIONS":  # it tells of the operation, and of nobody: whether there is such a record, neither
        return False
    if response.headers.get("Content-Type", "").startswith(PROBLEM_TYPE):
        return False
    return response.status_code in _SHOWN or bool(request.__dict__.get("is_shown"))


def _reading(request: HttpRequest) -> Reading:
    """
    :raises Invalid: if a reason comes with the request that is none.
    """
    match, user = request.resolver_match, user_of(request)
    name = match.view_name if match is not None else ""
    reason, words = _said_why(request)
    return Reading(
        reader=user.pk if user is not None else None, at=timezone.now(), visitor=visitor_of(request),
        route=f"{(request.method or '').lower()} {name}", request_id=get_guid() or "",
        purpose=AccessPurpose.OWN if user is None else PURPOSES.get(name, AccessPurpose.CARE),
        reason=reason, words=words,
    )  # fmt: skip


def _said_why(request: HttpRequest) -> tuple[str, str]:
    if said := request.__dict__.get("opened"):
        _, reason, words = said
        if reason:
            return reason, words[:WORDS_LENGTH]
    if header := request.headers.get(HEADER):
        reason, _, words = header.partition(":")
        return checked_reason(reason.strip(), words)
    kept = {} if is_for_machines(request) else request.session.get(SAID_WHY, {})
    return (kept["reason"], kept["words"]) if kept.get("of") == request.path else ("", "")


def _ask(request: HttpRequest, subject: Subject, refused: ReasonNeeded | Invalid) -> HttpResponse:
    if is_for_machines(request):
        return json_problem(
            403, kind=ReasonNeeded.code, title=ReasonNeeded.title, detail=HOW, header=HEADER,
            reasons=list(AccessReason.values),
        )  # fmt: skip
    address = request.path if request.method not in UNSAFE else ""
    return redirect(f"{reverse(settings.WHY_PAGE)}?{urlencode({'next': address, 'of': subject.reference})}")
