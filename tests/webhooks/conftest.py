"""The town of the stage with a keeper in each team, and a receiver for its systems."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Team, User
from accounts.services import register_user
from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks.delivery import deliver_due
from notifications.webhooks.endpoints import register_endpoint
from notifications.webhooks.owing import News, owe
from tests.conftest import NOW
from tests.stage import Cast
from tests.webhooks.receiver import Receiver, running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as receiver:
        yield receiver


@pytest.fixture
def keeper_of(cast: Cast) -> Callable[[Team], User]:
    """The manager of a team, made when first asked for."""

    def find(team: Team) -> User:
        email = f"keeper.{team.pk}@work.example"
        return User.objects.filter(email=email).first() or register_user(
            email=email, full_name=f"Keeper of {team.name}", password=None, roles=[(team, Role.MANAGER)]
        )

    return find


@pytest.fixture
def register(keeper_of: Any) -> Callable[..., tuple[WebhookEndpoint, str]]:
    """Register an endpoint of a team; return it and its secret."""

    def make(team: Team, url: str, **more: Any) -> tuple[WebhookEndpoint, str]:
        return register_endpoint(team_id=team.pk, url=url, actor=Actor(keeper_of(team)), at=NOW, **more)

    return make


@pytest.fixture
def deliver() -> Callable[..., Any]:
    """One round of delivering, at a moment."""

    def work(at: dt.datetime = NOW + dt.timedelta(days=1)) -> Any:
        return deliver_due(clock=lambda: at, seconds=20)

    return work


@pytest.fixture
def tell(cast: Cast) -> Callable[..., OutboxMessage | None]:
    """Owe the endpoints of the town's team a message; return its row, if there is one endpoint."""
    numbers = iter(range(1, 1000))

    def write(team: Team | None = None, *, at: dt.datetime = NOW) -> OutboxMessage | None:
        key = f"event:{next(numbers)}"
        news = [
            News(
                team_id=(team or cast.team).pk, event_type="referral.accepted", references={"referral": "R-7K3M9-QXD24"}
            )
        ]
        with transaction.atomic():
            owe(news, event_key=key, at=at)
        return OutboxMessage.objects.filter(event_key=key).first()

    return write
