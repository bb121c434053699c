"""The town of the stage, and what its people chose."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import Actor
from accounts.models import Team, User
from notifications import services
from notifications.inbox_services import Choices, choose_for_oneself, choose_for_team
from notifications.models import OutboxMessage
from tests.conftest import NOW
from tests.stage import Cast, fresh

Owe = Callable[..., OutboxMessage | None]


@pytest.fixture(autouse=True)
def _on_the_same_morning(time_machine: Any) -> None:
    """Half an hour after the stage's Monday began to work."""
    time_machine.move_to(NOW + dt.timedelta(minutes=30), tick=False)


@pytest.fixture
def owe() -> Owe:
    """Owe a message to an address; every one about a referral of its own, unless it is said which."""
    events = iter(range(1, 10_000))

    def write(recipient: str, template: str = "referral_accepted", **said: Any) -> OutboxMessage | None:
        context = {"reference": said.pop("reference", "R-7K3M9-QXD24")}
        if template in {"referral_arrived", "onward_arrived", "consent_ends_soon"}:
            context["due_on"] = "2026-11-05"
        event = said.pop("event", None) or f"test-event:{next(events)}"
        with transaction.atomic():
            return services.enqueue(
                event_key=event, recipient=recipient, template=template, context=context,
                at=said.pop("at", NOW), **said,
            )  # fmt: skip

    return write


@pytest.fixture
def chooses(cast: Cast) -> Callable[..., None]:
    """Have a user choose for themself, or a lead for the team."""

    def choose(chooser: User | Team, *, by: User | None = None, **choices: Any) -> None:
        if isinstance(chooser, Team):
            actor = Actor(fresh(by or cast.lead))
            choose_for_team(choices=Choices(**choices), team=chooser, actor=actor, at=NOW)
        else:
            choose_for_oneself(choices=Choices(**choices), user=chooser, at=NOW)

    return choose
