"""A case opened in one answer: the referral, and on request the first pages of its timeline and of its contact log."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.actors import Actor
from accounts.api.machines import refuse_beyond_scope
from accounts.selectors import signed_in
from core.errors import Invalid
from core.pagination import first_page
from referrals.api.case import TIMELINE_ORDER, events_of
from referrals.api.contacts import LOG_ORDER, ContactSerializer, lines_of_log
from referrals.api.outputs import EventSerializer, Output, ReferralSerializer
from referrals.selectors.case import Timeline
from referrals.selectors.contact_log import ContactLog


def _events(request: Request, reference: str, address: str) -> dict[str, Any]:
    user = signed_in(request.user)
    timeline = Timeline(user, reference)
    page = first_page(timeline, ordering=TIMELINE_ORDER, address=address)
    return page | {"results": events_of(page["results"], of=timeline.referral, actor=Actor(user))}


def _contacts(request: Request, reference: str, address: str) -> dict[str, Any]:
    page = first_page(ContactLog(signed_in(request.user), reference), ordering=LOG_ORDER, address=address)
    return page | {"results": lines_of_log(page["results"])}


PARTS: Final[Mapping[str, Callable[[Request, str, str], dict[str, Any]]]] = MappingProxyType(
    {"events": _events, "contacts": _contacts}
)
"""What may be asked along, by the name of its list and route under the referral, and how its first page is read."""
INCLUDE = OpenApiParameter(
    "include",
    {"type": "array", "items": {"type": "string", "enum": list(PARTS)}},
    explode=False,
    description=(
        "Tell the first page of these lists, too, with commas between: as the list itself would, or refuse as it would."
    ),
)


def included(request: Request, reference: str) -> dict[str, Any]:
    """Return what is asked for along with a referral: of each part the first page.

    :raises Invalid: if there is no such part.
    :raises NotVisible: if there is no such referral, or none that the user may see.
    :raises NotPermitted: if a part is not for the user, or not for a machine of theirs.
    """
    asked = [name for name in request.query_params.get("include", "").split(",") if name]
    if unknown := sorted(set(asked) - set(PARTS)):
        raise Invalid({"include": [f"There is no {name} to include." for name in unknown]})
    own, found = request.build_absolute_uri(request.path), dict[str, Any]()
    for name in dict.fromkeys(asked):
        refuse_beyond_scope(request, f"referral-{name}")
        found[name] = PARTS[name](request, reference, f"{own}{name}/")
    return found


class _FirstPageSerializer(Output):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class FirstEventsSerializer(_FirstPageSerializer):
    """The first page of the timeline."""

    results = EventSerializer(many=True)


class FirstContactsSerializer(_FirstPageSerializer):
    """The first page of the contact log."""

    results = ContactSerializer(many=True)


class OpenedReferralSerializer(ReferralSerializer):
    """A referral, whole, with what was asked for along with it."""

    events = FirstEventsSerializer(required=False)
    contacts = FirstContactsSerializer(required=False)
