"""Writes about webhook endpoints: one use case each. Nothing here sends; `notifications.webhooks.delivery` does."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django_guid import get_guid

from accounts.actors import Actor
from accounts.models import Team, User
from accounts.selectors import addresses_in
from core.errors import Conflict, Invalid, NotPermitted, Stale
from core.identifiers import new_reference
from notifications import services as notifications
from notifications.enums import Channel, DisabledReason, MessageStatus, WebhookStatus
from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks import guard, payload, signing
from notifications.webhooks.selectors import KEEPERS, deliveries_to

MOST_OF_A_TEAM = 10
"""How many endpoints a team may have at once: each event writes a row for each."""
USUAL_OVERLAP = dt.timedelta(hours=24)
LONGEST_OVERLAP = dt.timedelta(days=7)
"""How long the secret before goes on signing beside the new one: time to change it on the other side."""


@transaction.atomic(durable=True)
def register_endpoint(
    *, team_id: UUID, url: str, actor: Actor, at: dt.datetime, description: str = "", event_types: Sequence[str] = ()
) -> tuple[WebhookEndpoint, str]:
    """Register where a team's system is told. Returns the endpoint and its secret, which is not shown again.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Invalid: if nothing may be sent to the address, or a type is unknown.
    :raises Conflict: if the team has as many as it may have (`too_many_endpoints`).
    """
    user = _keeper(actor, team_id)
    team = Team.objects.select_for_update().get(pk=team_id)  # its endpoints are counted, one after the other
    _check(url=url, event_types=event_types)
    if WebhookEndpoint.objects.filter(team=team).exclude(status=WebhookStatus.ENDED).count() >= MOST_OF_A_TEAM:
        raise Conflict(f"A team has {MOST_OF_A_TEAM} endpoints at most: end one first.", code="too_many_endpoints")
    salt = signing.new_salt()
    endpoint = WebhookEndpoint.objects.create(
        reference=new_reference("W"), team=team, url=url, description=description.strip(),
        event_types=_sorted(event_types), secret_salt=salt, free_at=at, created_by=user, created_at=at,
    )  # fmt: skip
    return endpoint, signing.secret_of(salt)


@transaction.atomic(durable=True)
def change_endpoint(
    *,
    endpoint: WebhookEndpoint,
    actor: Actor,
    url: str | None = None,
    description: str | None = None,
    event_types: Sequence[str] | None = None,
    expected_version: int | None = None,
) -> WebhookEndpoint:
    """Change where to, what about, or what it is called; what is not given stays. What is owed goes to the new address.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Stale: if another keeper has changed it since the caller read it.
    :raises Invalid: if nothing may be sent to the address, or a type is unknown.
    """
    endpoint = _locked(endpoint, actor=actor)
    if expected_version is not None and expected_version != endpoint.version:
        raise Stale("Another keeper has changed this endpoint: read it again.", current_version=endpoint.version)
    _check(url=endpoint.url if url is None else url, event_types=event_types or ())
    if url is not None and url != endpoint.url:
        endpoint.url, endpoint.failing_since = url, None
    endpoint.description = endpoint.description if description is None else description.strip()
    endpoint.event_types = endpoint.event_types if event_types is None else _sorted(event_types)
    endpoint.version += 1
    endpoint.save(update_fields=["url", "failing_since", "description", "event_types", "version"])
    return endpoint


@transaction.atomic(durable=True)
def end_endpoint(*, endpoint: WebhookEndpoint, actor: Actor, at: dt.datetime) -> None:
    """End an endpoint for good. What is still owed to it is not sent; what was sent stays on record.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    """
    endpoint = _locked(endpoint, actor=actor)
    _rows(endpoint).update(status=WebhookStatus.ENDED, ended_at=at, disabled_reason="", disabled_at=None)
    _pending(endpoint).update(status=MessageStatus.STOPPED, failure="The endpoint was ended.")


@transaction.atomic(durable=True)
def rotate_secret(
    *, endpoint: WebhookEndpoint, actor: Actor, at: dt.datetime, overlap: dt.timedelta = USUAL_OVERLAP
) -> tuple[WebhookEndpoint, str]:
    """Give an endpoint a new secret, and return it; it is not shown again. The one before also signs until `overlap`
    has passed; one before that, if it still did, signs no more.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Invalid: if the overlap is negative or too long.
    """
    if not dt.timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Invalid({"overlap_hours": [f"Choose 0 to {LONGEST_OVERLAP // dt.timedelta(hours=1)} hours."]})
    endpoint = _locked(endpoint, actor=actor)
    endpoint.previous_salt = endpoint.secret_salt if overlap else ""
    endpoint.previous_until = at + overlap if overlap else None
    endpoint.secret_salt = signing.new_salt()
    endpoint.save(update_fields=["secret_salt", "previous_salt", "previous_until"])
    return endpoint, signing.secret_of(endpoint.secret_salt)


@transaction.atomic(durable=True)
def enable_endpoint(*, endpoint: WebhookEndpoint, actor: Actor, at: dt.datetime) -> WebhookEndpoint:
    """Use a disabled endpoint again. What was given up is not sent by itself: it can be replayed.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Conflict: if it is not disabled (`not_disabled`).
    """
    endpoint = _locked(endpoint, actor=actor)
    if endpoint.status != WebhookStatus.DISABLED:
        raise Conflict("It is in use already.", code="not_disabled")
    _rows(endpoint).update(
        status=WebhookStatus.ACTIVE, disabled_reason="", disabled_at=None, failing_since=None, free_at=at
    )
    endpoint.refresh_from_db()
    return endpoint


@transaction.atomic(durable=True)
def ping(*, endpoint: WebhookEndpoint, actor: Actor, at: dt.datetime) -> OutboxMessage:
    """Owe an endpoint a message that says nothing, to see whether it arrives.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Conflict: if the endpoint is disabled (`endpoint_disabled`).
    """
    endpoint = _locked(endpoint, actor=actor)
    _check_in_use(endpoint)
    references = {"webhook": endpoint.reference}
    payload.check(payload.PING, references)
    return OutboxMessage.objects.create(
        event_key=f"webhook-ping:{uuid.uuid4()}", recipient=endpoint.recipient, channel=Channel.WEBHOOK,
        template=payload.PING, context=payload.context_of(references), occurred_at=at, available_at=at,
        request_id=get_guid() or "",
    )  # fmt: skip


@transaction.atomic(durable=True)
def replay_one(*, endpoint: WebhookEndpoint, message: OutboxMessage, actor: Actor, at: dt.datetime) -> OutboxMessage:
    """Send a message now that was given up, or that waits for its next try. It keeps its id.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Conflict: if the endpoint is disabled (`endpoint_disabled`), or has taken the message (`already_taken`).
    """
    endpoint = _locked(endpoint, actor=actor)
    _check_in_use(endpoint)
    rows = deliveries_to(endpoint).filter(id=message.id)
    if not rows.filter(status=MessageStatus.FAILED).update(**notifications.OWED_AGAIN, available_at=at):
        rows.filter(status=MessageStatus.PENDING, available_at__gt=at, deferrals__gt=0).update(available_at=at)
    message.refresh_from_db()
    if message.status == MessageStatus.SENT:
        raise Conflict("The endpoint has taken this message: read the referral itself.", code="already_taken")
    return message


@transaction.atomic(durable=True)
def replay_failed(*, endpoint: WebhookEndpoint, since: dt.datetime, actor: Actor, at: dt.datetime) -> int:
    """Owe again everything that happened since a moment and was given up; return how many messages. Each keeps its id.

    :raises NotPermitted: if the actor neither leads nor manages the team.
    :raises Conflict: if the endpoint is disabled (`endpoint_disabled`).
    """
    endpoint = _locked(endpoint, actor=actor)
    _check_in_use(endpoint)
    failed = deliveries_to(endpoint).filter(status=MessageStatus.FAILED, occurred_at__gte=since)
    return failed.order_by().update(**notifications.OWED_AGAIN, available_at=at)


def disable(endpoint: WebhookEndpoint, *, reason: DisabledReason, at: dt.datetime) -> bool:
    """Send nothing more to an endpoint, give up what is owed to it, tell its keepers. Returns whether it was in use.

    Within the caller's transaction, which settles the message that was the last straw.
    """
    in_use = _rows(endpoint).filter(status=WebhookStatus.ACTIVE)
    if not in_use.update(status=WebhookStatus.DISABLED, disabled_reason=reason, disabled_at=at):
        return False
    _pending(endpoint).update(status=MessageStatus.FAILED, failure=f"The endpoint was disabled. {reason.label}.")
    notifications.enqueue_many(
        [
            notifications.Owed(
                event_key=f"webhook:{endpoint.reference}:disabled:{at.isoformat()}", recipient=address,
                template="webhook_disabled", context={"reference": endpoint.reference}, at=at,
            )
            for address in addresses_in(endpoint.team, *KEEPERS)
        ]
    )  # fmt: skip
    return True


def _keeper(actor: Actor, team_id: UUID) -> User:
    """Return the acting user.

    :raises NotPermitted: if they neither lead nor manage the team.
    """
    if actor.user is None or not actor.roles_in([team_id]) & set(KEEPERS):
        raise NotPermitted("A team's webhooks are kept by its leads and managers.")
    return actor.user


def _locked(endpoint: WebhookEndpoint, *, actor: Actor) -> WebhookEndpoint:
    """Lock an endpoint and read it afresh.

    :raises NotPermitted: if the actor neither leads nor manages its team.
    :raises Conflict: if it has ended meanwhile (`endpoint_ended`).
    """
    _keeper(actor, endpoint.team_id)
    locked = WebhookEndpoint.objects.select_for_update(of=("self",)).select_related("team").get(pk=endpoint.pk)
    if locked.status == WebhookStatus.ENDED:
        raise Conflict("Somebody has ended this endpoint.", code="endpoint_ended")
    return locked


def _check(*, url: str, event_types: Iterable[str]) -> None:
    errors = {}
    try:
        guard.target_of(url)
    except guard.Refused as refusal:
        errors["url"] = [str(refusal)]
    unknown = sorted(set(event_types) - set(payload.EVENT_TYPES))
    if unknown:
        errors["event_types"] = [f"There is no {', '.join(unknown)}."]
    if errors:
        raise Invalid(errors)


def _check_in_use(endpoint: WebhookEndpoint) -> None:
    if endpoint.status == WebhookStatus.DISABLED:
        raise Conflict("It is disabled: enable it first.", code="endpoint_disabled")


def _sorted(event_types: Iterable[str]) -> list[str]:
    wanted = set(event_types)
    return [event_type for event_type in payload.EVENT_TYPES if event_type in wanted]


def _rows(endpoint: WebhookEndpoint) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(pk=endpoint.pk)


def _pending(endpoint: WebhookEndpoint) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(
        channel=Channel.WEBHOOK, recipient=endpoint.recipient, status=MessageStatus.PENDING
    )
