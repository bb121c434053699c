"""Which team's system hears of what. Rose goes from the practice to the link workers and on to the walking group."""

import json
import re
from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from notifications.enums import Channel
from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks import payload
from notifications.webhooks.endpoints import change_endpoint, end_endpoint
from notifications.webhooks.owing import News, owe
from referrals.models import Referral
from referrals.policies import ONWARD_STEPS, REFERRAL_STEPS
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from referrals.webhooks import OF_A_REFERRAL, OF_AN_ONWARD_REFERRAL
from tests.conftest import NOW
from tests.stage import ROSE, content_for, created, fresh, onward_at, referral_at

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.town.example/in"
TEAMS = ("practice", "team", "neighbouring_team", "leisure", "befriending", "hub", "discharge_team")


@pytest.fixture
def endpoints(cast, register):
    """One endpoint for each team of the town."""
    return {name: register(getattr(cast, name), ADDRESS)[0] for name in TEAMS}


def heard(endpoint):
    """What an endpoint is owed, in order: the body's type and data."""
    rows = OutboxMessage.objects.filter(recipient=endpoint.recipient).order_by("occurred_at", "created_at", "id")
    bodies = [json.loads(payload.body_of(row.template, row.context, occurred_at=row.occurred_at)) for row in rows]
    return sorted((body["timestamp"], body["type"], tuple(sorted(body["data"]))) for body in bodies)


def test_every_step_of_both_machines_has_its_type():
    assert set(REFERRAL_STEPS) - set(OF_A_REFERRAL) == set()
    assert set(ONWARD_STEPS) - set(OF_AN_ONWARD_REFERRAL) == set()


def test_the_types_are_those_that_the_pathway_tells_and_a_ping():
    told = {*OF_A_REFERRAL.values(), *OF_AN_ONWARD_REFERRAL.values()}
    assert set(payload.EVENT_TYPES) == told | {"webhook.ping"}
    assert [name for name in payload.EVENT_TYPES if not re.fullmatch(r"[a-z_]+\.[a-z_]{1,40}", name)] == []
    assert max(map(len, payload.EVENT_TYPES)) <= 40  # of OutboxMessage.template


def test_each_side_hears_what_it_may_see(cast, endpoints):
    onward = onward_at(cast, "accepted", at=NOW)

    referral, onward_reference = onward.referral.reference, onward.reference
    both = ("onward_referral", "referral")
    of_the_case = [
        ("2026-11-02T09:30:00Z", "referral.submitted", ("referral",)),
        ("2026-11-02T10:30:00Z", "referral.accepted", ("referral",)),
        ("2026-11-02T11:30:00Z", "referral.support_started", ("referral",)),
        ("2026-11-02T14:30:00Z", "onward_referral.sent", both),
        ("2026-11-02T15:30:00Z", "onward_referral.accepted", both),
    ]
    assert {name: heard(endpoint) for name, endpoint in endpoints.items()} == {
        "practice": of_the_case,
        "team": of_the_case,
        "leisure": [
            ("2026-11-02T14:30:00Z", "onward_referral.sent", ("onward_referral",)),
            ("2026-11-02T15:30:00Z", "onward_referral.accepted", ("onward_referral",)),
        ],
        "neighbouring_team": [],
        "befriending": [],
        "hub": [],
        "discharge_team": [],
    }
    at_the_provider = OutboxMessage.objects.filter(recipient=endpoints["leisure"].recipient)
    assert [row.context for row in at_the_provider] == [
        {"reference": onward_reference, "onward_referral": onward_reference}
    ] * 2
    at_the_team = OutboxMessage.objects.filter(recipient=endpoints["team"].recipient, template="onward_referral.sent")
    assert [row.context for row in at_the_team] == [
        {"reference": onward_reference, "onward_referral": onward_reference, "referral": referral}
    ]


def test_of_a_draft_nobody_hears_and_of_its_withdrawal_neither(cast, endpoints):
    draft = referral_at(cast, "draft", at=NOW)
    take_referral_step(
        referral=draft, step="withdraw", actor=Actor(fresh(cast.gp)), at=NOW,
        details=StepDetails(reason="person_changed_mind"),
    )  # fmt: skip
    assert OutboxMessage.objects.filter(channel=Channel.WEBHOOK).count() == 0


def test_after_a_redirection_each_team_hears_of_its_own(cast, endpoints):
    earlier = referral_at(cast, "redirected", at=NOW)
    arrived = Referral.objects.get(redirected_from=earlier)

    def told(name):
        rows = OutboxMessage.objects.filter(recipient=endpoints[name].recipient)
        return sorted((row.template, row.context["referral"]) for row in rows)

    assert told("team") == [("referral.redirected", earlier.reference), ("referral.submitted", earlier.reference)]
    assert told("neighbouring_team") == [("referral.submitted", arrived.reference)]
    assert told("practice") == sorted([*told("team"), *told("neighbouring_team")])


def test_a_hub_that_owns_and_provides_hears_each_event_once(cast, endpoints):
    created(cast, at=NOW, team_id=None, service_id=cast.scheme.pk)
    rows = OutboxMessage.objects.filter(recipient=endpoints["hub"].recipient)
    assert sorted((row.template, sorted(row.context)) for row in rows) == [
        ("onward_referral.sent", ["onward_referral", "reference", "referral"]),
        ("referral.submitted", ["reference", "referral"]),
    ]


def test_an_endpoint_hears_the_types_that_it_chose(cast, endpoints, keeper_of):
    change_endpoint(endpoint=endpoints["team"], actor=Actor(keeper_of(cast.team)), event_types=["referral.accepted"])
    referral_at(cast, "active", at=NOW)
    assert [kind for _, kind, _ in heard(endpoints["team"])] == ["referral.accepted"]
    assert len(heard(endpoints["practice"])) == 3


def test_what_has_ended_is_disabled_or_has_no_team_any_more_hears_nothing(cast, endpoints, keeper_of):
    end_endpoint(endpoint=endpoints["team"], actor=Actor(keeper_of(cast.team)), at=NOW)
    WebhookEndpoint.objects.filter(pk=endpoints["practice"].pk).update(
        status="disabled", disabled_reason="gone", disabled_at=NOW
    )
    type(cast.leisure).objects.filter(pk=cast.leisure.pk).update(is_active=False)
    onward_at(cast, "sent", at=NOW)
    assert OutboxMessage.objects.filter(channel=Channel.WEBHOOK).count() == 0


def test_what_did_not_happen_is_not_told(cast, endpoints):
    referral = created(cast, at=NOW)
    before = OutboxMessage.objects.count()

    @transaction.atomic
    def accept_and_lose_the_power() -> None:
        take_referral_step(referral=referral, step="accept", actor=Actor(fresh(cast.link_worker)), at=NOW)
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        accept_and_lose_the_power()
    assert OutboxMessage.objects.count() == before


def test_a_history_that_is_retold_is_no_news(cast, endpoints):
    referral = created(cast, at=NOW)
    OutboxMessage.objects.all().delete()
    actor = Actor(fresh(cast.link_worker), is_retelling=True)
    take_referral_step(referral=referral, step="accept", actor=actor, at=NOW)
    assert OutboxMessage.objects.filter(channel=Channel.WEBHOOK).count() == 0


def test_it_costs_one_statement_however_many_endpoints_there_are(cast, register):
    def statements():
        referral = created(cast, at=NOW)
        with CaptureQueriesContext(connection) as asked:
            take_referral_step(referral=referral, step="accept", actor=Actor(fresh(cast.link_worker)), at=NOW)
        return [query["sql"] for query in asked]

    without = statements()
    for number in range(5):
        register(cast.team, f"{ADDRESS}/{number}")
        register(cast.practice, f"{ADDRESS}/{number}")
    before = OutboxMessage.objects.filter(channel=Channel.WEBHOOK).count()
    many = statements()
    assert OutboxMessage.objects.filter(channel=Channel.WEBHOOK).count() == before + 20  # it came, and was accepted
    assert len(many) == len(without)
    assert sum("notifications_webhookendpoint" in statement for statement in many) == 1


def test_the_same_event_is_owed_once(cast, endpoints):
    news = [News(team_id=cast.team.pk, event_type="referral.accepted", references={"referral": "R-7K3M9-QXD24"})]
    assert owe(news, event_key="event:1", at=NOW) == 1
    assert owe(news, event_key="event:1", at=NOW) == 0
    assert owe(news, event_key="event:2", at=NOW) == 1


# --- Nothing but references ------------------------------------------------------------------------------

R = "R-7K3M9-QXD24"


@pytest.mark.parametrize(
    ("event_type", "references"),
    [
        ("referral.born", {"referral": R}),
        ("referral.accepted", {}),
        ("referral.accepted", {"referral": "Rose Okafor"}),
        ("referral.accepted", {"referral": "9990000018"}),
        ("referral.accepted", {"referral": f"{R}\n"}),
        ("referral.accepted", {"referral": R, "name": R}),
        ("referral.accepted", {"referral": R, "status": "accepted"}),
    ],
)
def test_what_is_no_reference_cannot_pass_as_one(event_type, references, cast, endpoints):
    news = [News(team_id=cast.team.pk, event_type=event_type, references=references)]
    with pytest.raises(ValueError, match=r"There is no webhook|may be named|not the form") as refusal:
        owe(news, event_key="event:1", at=NOW)
    assert "Rose" not in str(refusal.value)
    assert OutboxMessage.objects.filter(channel=Channel.WEBHOOK).count() == 0


def test_nothing_of_rose_is_in_what_is_sent_whatever_happens(cast, endpoints):
    """A marker in whatever is written of her: none is in a row or a body."""
    person = replace(ROSE, first_name="Zqrose", family_name="Zqokafor", telephone="0161 496 0999", postcode="SK1 3XE")
    content = content_for(cast, person=person, reason="zqreason zqhusband")
    for status in ("accepted", "started", "declined", "left_early"):
        case = referral_at(cast, "active", at=NOW, person=content.person, reason=content.reason)
        onward_at(cast, status, at=NOW, referral=case)
    rows = OutboxMessage.objects.filter(channel=Channel.WEBHOOK)
    assert rows.count() > 40
    sent = [payload.body_of(row.template, row.context, occurred_at=row.occurred_at).decode() for row in rows]
    for body in sent:
        told = json.loads(body)
        assert sorted(told) == ["data", "timestamp", "type"]
        assert set(told["data"]) <= {"referral", "onward_referral"}
    whole = json.dumps([*rows.values("event_key", "recipient", "template", "context")]) + "".join(sent)
    assert [word for word in ("zq", "0999", "sk1", "999000", "transport", "capacity") if word in whole.lower()] == []
