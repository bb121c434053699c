"""Messages that were given up: shown to the leads whom they concern, and sent again when they say so."""

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import Membership
from notifications import bounces
from notifications.delivery import deliver_batch
from notifications.models import OutboxMessage, UndeliverableAddress
from notifications.services import enqueue
from tests.bounces.conftest import NOON
from tests.stage import fresh

pytestmark = pytest.mark.django_db
URL = "/api/v1/messages/failed/"


@pytest.fixture
def given_up():
    """Writes a message that was given up; returns it."""

    def write(reference, *, to, template="referral_accepted", number=1, **more):
        with transaction.atomic():
            message = enqueue(
                event_key=f"test:{number}:{to}", recipient=to, template=template,
                context={"reference": reference} | more, at=NOON,
            )  # fmt: skip
            assert message is not None
        OutboxMessage.objects.filter(pk=message.pk).update(status="failed", failure="Nobody is there.", attempts=1)
        return message

    return write


def seen(client):
    answer = client.get(URL)
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def again(client, message):
    return client.post(f"/api/v1/messages/{message.id}/try-again/")


def test_a_lead_reads_what_could_not_be_told_and_to_whom(cast, rose, given_up, as_user):
    message = given_up(rose.reference, to=cast.gp.email)
    (row,) = as_user(cast.lead).get(URL).json()["results"]
    assert row == {
        "id": str(message.id), "at": "2026-11-04T12:00:00Z", "reference": rose.reference,
        "template": "referral_accepted", "channel": "email", "to": "The referrer, or their team",
        "recipient": cast.gp.email, "reason": "Nobody is there.", "attempts": 1,
    }  # fmt: skip


def test_where_the_person_is_reached_is_not_repeated(rose, cast, given_up, as_user):
    given_up(rose.reference, to="rose@home.example", template="self_referral_update")
    (row,) = as_user(cast.lead).get(URL).json()["results"]
    assert (row["to"], row["recipient"]) == ("The person who referred themself", "")


def test_only_leads_and_only_of_the_teams_concerned(cast, rose, onward_at, given_up, as_user):
    onward = onward_at("sent")
    OutboxMessage.objects.all().delete()
    about_rose = str(given_up(rose.reference, to=cast.gp.email).id)
    about_walks = str(given_up(onward.reference, to=cast.leisure.inbox_email, template="onward_answered", number=2).id)
    elsewhere = str(given_up("R-22222-22222", to="nobody@else.example", number=3).id)
    to_the_lead = str(given_up("R-22222-22222", to=cast.lead.email, number=4).id)

    got = {name: set(seen(as_user(user))) for name, user in cast.everyone.items()}
    assert got["lead"] == {about_rose, about_walks, to_the_lead}
    assert got["manager"] == {elsewhere}
    assert {name: ids for name, ids in got.items() if ids and name not in {"lead", "manager"}} == {}

    Membership.objects.create(user=cast.provider, team=cast.leisure, role=Role.LEAD)
    assert set(seen(as_user(fresh(cast.provider)))) == {about_walks}


def test_what_no_lead_has_is_the_managers(cast, rose, given_up, as_user):
    """A summary to the managers, and what is about a referral of a team whose lead has gone. Nobody else has it."""
    summary = given_up("S-7K3M9-QXD24", to=cast.manager.email, template="monthly_summary", due_on="2026-10-31")
    about_rose = given_up(rose.reference, to=cast.gp.email, number=2)
    manager = as_user(cast.manager)
    assert seen(manager) == [str(summary.id)]
    assert again(manager, about_rose).status_code == 404

    Membership.objects.filter(role=Role.LEAD, team=rose.owner_team).delete()
    assert set(seen(manager)) == {str(summary.id), str(about_rose.id)}
    assert again(manager, about_rose).status_code == 204
    about_rose.refresh_from_db()
    assert (about_rose.status, seen(manager)) == ("pending", [str(summary.id)])


def test_a_list_of_many_takes_no_more_queries_than_of_one(cast, rose, given_up, as_user):
    client, counts = as_user(cast.lead), []
    for number in range(3):
        given_up(rose.reference, to=cast.gp.email, number=number)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(seen(client)) == number + 1
        counts.append(len(captured))
    assert counts[1] == counts[2]


def test_a_lead_sends_it_again_and_the_mark_goes(cast, rose, given_up, as_user):
    message = given_up(rose.reference, to=cast.gp.email)
    bounces.mark(message, address=cast.gp.email, reason="Nobody is there.", at=NOON)
    client = as_user(cast.lead)
    assert again(client, message).status_code == 204
    assert seen(client) == []
    assert not bounces.is_marked("email", cast.gp.email)

    OutboxMessage.objects.filter(pk=message.pk).update(available_at=NOON)
    deliver_batch(at=NOON)
    assert [sent.to for sent in mail.outbox] == [[cast.gp.email]]

    answer = again(client, message)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_given_up")
    assert len(mail.outbox) == 1


def test_for_anybody_else_there_is_no_such_message(cast, rose, given_up, as_user):
    message = given_up(rose.reference, to=cast.gp.email)
    bounces.mark(message, address=cast.gp.email, reason="Nobody is there.", at=NOON)
    others = {name: again(as_user(user), message).status_code for name, user in cast.everyone.items() if name != "lead"}
    assert set(others.values()) == {404}
    message.refresh_from_db()
    assert (message.status, UndeliverableAddress.objects.count()) == ("failed", 1)


def test_one_that_is_on_its_way_cannot_be_sent_again(cast, rose, given_up, as_user):
    message = given_up(rose.reference, to=cast.gp.email)
    OutboxMessage.objects.filter(pk=message.pk).update(status="stopped")
    assert again(as_user(cast.lead), message).status_code == 409
    message.refresh_from_db()
    assert message.status == "stopped"


def test_what_a_system_of_another_team_did_not_take_is_not_theirs_to_see_or_to_send_again(cast, rose, as_user):
    """The practice has an endpoint. That the referral is with the link workers makes them no keepers of it."""
    untaken = OutboxMessage.objects.create(
        event_key="test:1", recipient="webhook:W-7K3M9-QXD24", channel="webhook", template="referral.accepted",
        context={"reference": rose.reference, "referral": rose.reference}, occurred_at=NOON, available_at=NOON,
        status="failed", failure="It answered 500.",
    )  # fmt: skip
    client = as_user(cast.lead)
    assert seen(client) == []
    assert again(client, untaken).status_code == 404
    untaken.refresh_from_db()
    assert untaken.status == "failed"
