"""Endpoints over HTTP: kept by leads and managers, seen by nobody else, and their secret shown once."""

import datetime as dt
import json
import uuid

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.models import OutboxMessage, WebhookEndpoint
from notifications.webhooks.endpoints import MOST_OF_A_TEAM
from notifications.webhooks.owing import News, owe
from tests.conftest import NOW
from tests.webhooks.receiver import answering, verified

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.town.example/in"
WEBHOOKS = "/api/v1/webhooks/"


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def lead(cast, as_user):
    return as_user(cast.lead)


@pytest.fixture
def made(cast, lead):
    """An endpoint of the town's team, as its lead got it."""
    answer = lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": ADDRESS, "description": "Our case system"})
    assert answer.status_code == 201, answer.content
    return answer.json()


def at(made, *parts):
    return WEBHOOKS + "/".join([made["reference"], *parts]) + "/"


def tell(cast, *, event, moment=NOW):
    news = [News(team_id=cast.team.pk, event_type="referral.accepted", references={"referral": "R-7K3M9-QXD24"})]
    with transaction.atomic():
        owe(news, event_key=event, at=moment)
    return OutboxMessage.objects.filter(event_key=event).earliest("id")


def test_a_lead_registers_an_endpoint_and_is_shown_its_secret_once(cast, lead, made):
    assert {name: value for name, value in made.items() if name not in {"secret", "reference"}} == {
        "team": {"id": str(cast.team.pk), "name": "Vale link workers"},
        "url": ADDRESS, "description": "Our case system", "event_types": [], "status": "active",
        "disabled_reason": "", "disabled_at": None, "failing_since": None, "previous_secret_until": None,
        "created_at": "2026-11-02T09:30:00Z",
    }  # fmt: skip
    assert made["secret"].startswith("whsec_")
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert lead.get(at(made)).json() == shown
    assert lead.get(WEBHOOKS).json()["results"] == [shown]
    row = json.dumps(WebhookEndpoint.objects.values().get(), default=str)
    assert made["secret"] not in row
    assert made["secret"].removeprefix("whsec_") not in row


def test_a_manager_keeps_those_of_their_team_too(cast, as_user, keeper_of):
    answer = as_user(keeper_of(cast.practice)).post(WEBHOOKS, {"team": str(cast.practice.pk), "url": ADDRESS})
    assert answer.status_code == 201


EVERYTHING = [
    ("get", (), None), ("patch", (), {"description": "mine"}), ("delete", (), None),
    ("post", ("rotate-secret",), {}), ("post", ("enable",), {}), ("post", ("ping",), {}),
    ("get", ("deliveries",), None),
    ("post", ("replay",), {"since": "2026-11-01T00:00:00Z"}),
    ("post", ("deliveries", "00000000-0000-4000-8000-000000000000", "replay"), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    "who", ["gp", "link_worker", "provider", "manager", "editor", "outsider", "neighbouring_link_worker", "hub_worker"]
)
def test_nobody_else_sees_or_touches_it(who, cast, as_user, made):
    before = list(WebhookEndpoint.objects.values()), OutboxMessage.objects.count()
    client = as_user(getattr(cast, who))
    assert client.get(WEBHOOKS).json()["results"] == []
    for method, parts, said in EVERYTHING:
        assert getattr(client, method)(at(made, *parts), said).status_code == 404, (method, parts)
    answer = client.post(WEBHOOKS, {"team": str(cast.team.pk), "url": ADDRESS})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert (list(WebhookEndpoint.objects.values()), OutboxMessage.objects.count()) == before


def test_a_lead_is_a_keeper_of_their_own_team_alone(cast, lead):
    for team in (cast.practice.pk, cast.neighbouring_team.pk, uuid.uuid4()):
        assert lead.post(WEBHOOKS, {"team": str(team), "url": ADDRESS}).status_code == 403
    assert WebhookEndpoint.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"url": "http://hooks.town.example/in"}, "url"),
        ({"url": "https://10.0.0.5/in"}, "url"),
        ({"url": "https://rose:secret@hooks.town.example/in"}, "url"),
        ({"url": f"https://hooks.town.example/{'x' * 500}"}, "url"),
        ({"url": ""}, "url"),
        ({"url": "https://hooks.town.example/\0"}, "url"),
        ({"event_types": ["referral.born"]}, "event_types.0"),
        ({"event_types": ["webhook.ping"]}, "event_types.0"),
        ({"event_types": "referral.accepted"}, "event_types"),
        ({"description": "x" * 201}, "description"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"team": "ours"}, "team"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(said, where, cast, lead, made):
    before = list(WebhookEndpoint.objects.values())
    answer = lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": ADDRESS} | said)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [where])
    answer = lead.patch(at(made), said)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [where])
    assert list(WebhookEndpoint.objects.values()) == before


def test_an_eleventh_endpoint_of_a_team_is_refused_until_one_ends(cast, lead, made):
    more = {"team": str(cast.team.pk), "url": ADDRESS}
    for _ in range(MOST_OF_A_TEAM - 1):
        assert lead.post(WEBHOOKS, more).status_code == 201
    assert lead.post(WEBHOOKS, more).json()["code"] == "too_many_endpoints"
    assert lead.delete(at(made)).status_code == 204
    assert lead.post(WEBHOOKS, more).status_code == 201


def test_what_is_changed_is_changed_and_the_rest_stays(lead, made):
    types = ["onward_referral.accepted", "referral.accepted"]
    answer = lead.patch(at(made), {"url": "https://other.town.example/in", "event_types": types})
    assert answer.status_code == 200
    assert answer.json() == {name: value for name, value in made.items() if name != "secret"} | {
        "url": "https://other.town.example/in", "event_types": ["referral.accepted", "onward_referral.accepted"],
    }  # fmt: skip


def test_of_two_keepers_who_change_it_at_once_the_second_is_told(lead, made):
    first = lead.get(at(made))
    assert first["ETag"] == '"0"'
    done = lead.patch(at(made), {"description": "Ours"}, headers={"If-Match": first["ETag"]})
    assert (done.status_code, done["ETag"]) == (200, '"1"')
    before = list(WebhookEndpoint.objects.values())
    late = lead.patch(at(made), {"url": "https://other.town.example/in"}, headers={"If-Match": first["ETag"]})
    assert (late.status_code, late.json()["code"], late.json()["current_version"]) == (412, "stale", 1)
    assert lead.patch(at(made), {"url": ADDRESS}, headers={"If-Match": "mine"}).status_code == 400
    assert list(WebhookEndpoint.objects.values()) == before
    assert lead.patch(at(made), {"description": "Whose?"}).status_code == 200  # who names no version does not insist


def test_what_has_ended_is_gone_and_what_waits_for_it_is_not_sent(cast, lead, made):
    waiting = tell(cast, event="event:1")
    assert lead.delete(at(made)).status_code == 204
    waiting.refresh_from_db()
    assert (waiting.status, waiting.failure) == ("stopped", "The endpoint was ended.")
    assert lead.get(at(made)).status_code == 404
    assert lead.get(WEBHOOKS).json()["results"] == []


def test_a_new_secret_is_shown_once_and_the_old_one_goes_on_for_the_time_that_was_set(lead, made):
    answer = lead.post(at(made, "rotate-secret"), {"overlap_hours": 2})
    assert answer.status_code == 200
    assert answer.json()["secret"] not in {made["secret"], ""}
    assert answer.json()["previous_secret_until"] == "2026-11-02T11:30:00Z"
    assert "secret" not in lead.get(at(made)).json()
    assert lead.post(at(made, "rotate-secret"), {}).json()["previous_secret_until"] == "2026-11-03T09:30:00Z"
    assert lead.post(at(made, "rotate-secret"), {"overlap_hours": 0}).json()["previous_secret_until"] is None
    for hours in (-1, 169, "long"):
        assert lead.post(at(made, "rotate-secret"), {"overlap_hours": hours}).status_code == 400


def test_a_ping_and_what_became_of_it(cast, lead, receiver, deliver):
    made = lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": receiver.url}).json()
    answer = lead.post(at(made, "ping"))
    assert answer.status_code == 201
    deliver(NOW)
    assert verified(receiver.requests[0], made["secret"])["type"] == "webhook.ping"
    [delivery] = lead.get(at(made, "deliveries")).json()["results"]
    assert delivery == {
        "id": answer.json()["id"], "type": "webhook.ping", "reference": made["reference"],
        "occurred_at": "2026-11-02T09:30:00Z", "status": "sent", "attempts": 1, "next_attempt_at": None,
        "sent_at": "2026-11-02T09:30:00Z", "failure": "",
    }  # fmt: skip


def test_deliveries_say_why_and_when_again_and_can_be_asked_by_status(cast, lead, receiver, deliver):
    made = lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": receiver.url}).json()
    receiver.rule = lambda number: answering(500) if number == 1 else answering(204)
    refused, taken = tell(cast, event="event:1"), tell(cast, event="event:2", moment=NOW + dt.timedelta(seconds=1))
    deliver(NOW + dt.timedelta(seconds=2))

    newest_first = lead.get(at(made, "deliveries")).json()["results"]
    assert [(row["id"], row["status"], row["failure"]) for row in newest_first] == [
        (str(taken.id), "sent", ""), (str(refused.id), "pending", "It answered 500."),
    ]  # fmt: skip
    assert newest_first[1]["next_attempt_at"].startswith("2026-11-02T09:30:07")
    pending = lead.get(at(made, "deliveries") + "?status=pending").json()["results"]
    assert [row["id"] for row in pending] == [str(refused.id)]
    assert lead.get(at(made, "deliveries") + "?status=lost").status_code == 400


def test_replay_of_one_and_of_all_and_what_cannot_be_replayed(cast, lead, receiver, deliver):
    made = lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": receiver.url}).json()
    receiver.rule = lambda number: answering(410) if number == 1 else answering(204)
    first, second = tell(cast, event="event:1"), tell(cast, event="event:2", moment=NOW + dt.timedelta(seconds=1))
    deliver(NOW + dt.timedelta(seconds=2))
    assert lead.get(at(made)).json()["disabled_reason"] == "gone"
    since = {"since": "2026-11-02T09:30:01Z"}
    one = ("deliveries", str(first.id), "replay")
    for parts, said in ((("replay",), since), (one, {}), (("ping",), {})):
        assert lead.post(at(made, *parts), said).json()["code"] == "endpoint_disabled"

    assert lead.post(at(made, "enable")).json()["status"] == "active"
    assert lead.post(at(made, "enable")).json()["code"] == "not_disabled"
    assert lead.post(at(made, "replay"), since).json() == {"replayed": 1}
    assert lead.post(at(made, *one)).json()["status"] == "pending"
    deliver(NOW + dt.timedelta(seconds=3))

    assert [request.id for request in receiver.requests[1:]] == [str(first.id), str(second.id)]  # as they happened
    assert lead.post(at(made, *one)).json()["code"] == "already_taken"
    assert lead.post(at(made, "deliveries", str(uuid.uuid4()), "replay")).status_code == 404
    assert lead.post(at(made, "replay"), {"since": "soon"}).status_code == 400


def test_the_messages_of_another_endpoint_are_not_to_be_found_here(cast, lead, made, register):
    register(cast.practice, ADDRESS)
    elsewhere = [News(team_id=cast.practice.pk, event_type="referral.closed", references={"referral": "R-7K3M9-QXD24"})]
    with transaction.atomic():
        owe(elsewhere, event_key="event:1", at=NOW)
    row = OutboxMessage.objects.get(event_key="event:1")
    assert lead.get(at(made, "deliveries")).json()["results"] == []
    assert lead.post(at(made, "deliveries", str(row.id), "replay")).status_code == 404


def test_lists_cost_the_same_however_long(cast, lead, made):
    def cost(path):
        lead.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert lead.get(path).status_code == 200
        return len(asked)

    paths = WEBHOOKS, at(made, "deliveries")
    tell(cast, event="event:0")
    few = [cost(path) for path in paths]
    for number in range(1, 8):
        tell(cast, event=f"event:{number}")
        lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": f"{ADDRESS}/{number}"})
    assert [cost(path) for path in paths] == few


@pytest.mark.parametrize("reference", ["W-22222-22222", "R-22222-22222", "1", "%00"])
def test_what_is_none_is_not_found(reference, lead):
    assert lead.get(f"{WEBHOOKS}{reference}/").status_code == 404


def test_each_endpoint_of_a_team_has_its_own_secret(cast, lead, made):
    other = lead.post(WEBHOOKS, {"team": str(cast.team.pk), "url": ADDRESS}).json()
    assert other["secret"] != made["secret"]
    assert other["reference"] != made["reference"]
