"""Everything that is held on one person, as one file: made for the person when they ask, and never kept."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from core.errors import Invalid, NotPermitted
from referrals import policies
from referrals.holdings import HOLDINGS, identity_of, rows_of
from referrals.models import Person, SubjectAccess

REQUEST_LENGTH = 300


@dataclass(frozen=True, kw_only=True)
class SubjectAccessFile:
    """The file: `content` is what both the JSON and the page show; `record` says that it was taken out."""

    record: SubjectAccess
    content: dict[str, Any]


@transaction.atomic(durable=True)
def take_out(*, person: Person, actor: Actor, at: dt.datetime, why: str) -> SubjectAccessFile:
    """Return everything held on a person, and record that it was taken out. One query for each kind of row.

    :raises NotPermitted: if the actor is no records and privacy officer.
    :raises Invalid: if it is not said how the person asked, and how it was seen that it is they.
    """
    if actor.user is None or not policies.may_take_out(actor):
        raise NotPermitted("The records and privacy officer takes out what is held on a person.")
    why = why.strip()
    if not why or len(why) > REQUEST_LENGTH:
        raise Invalid({"request": ["Say how the person asked and how you know that it is they, in a sentence."]})
    content = {"made_at": at.isoformat(), "made_by": actor.name, **everything_on(person)}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    record = SubjectAccess.objects.create(
        person=person, made_by=actor.user, made_at=at, request=why, digest=digest
    )  # fmt: skip
    return SubjectAccessFile(record=record, content=content)


def everything_on(person: Person) -> dict[str, Any]:
    """Return what is held on a person: who they are, and each kind of row with a heading, in words.

    `withheld` names what is not in it, and why: so that nobody takes the file for more than it is.
    """
    sections = [
        {"title": holding.title, "rows": rows_of(holding, person)} for holding in HOLDINGS if not holding.withheld
    ]
    return {
        "person": identity_of(person),
        "sections": [section for section in sections if section["rows"]],
        "withheld": [{"title": each.title, "reason": each.withheld} for each in HOLDINGS if each.withheld],
    }
