"""Notes of the team: its own, unless one is shared with the referrer on purpose."""

import pytest
from django.db import DatabaseError, connection, transaction

from notifications.models import OutboxMessage
from referrals.models import CaseNote, Referral, ReferralEvent

SECRET = "Her son has taken money."


def url(referral, what="notes"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


def everything():
    return (
        list(CaseNote.objects.order_by("id").values()), ReferralEvent.objects.count(), OutboxMessage.objects.count(),
        list(Referral.objects.order_by("id").values()),
    )  # fmt: skip


def write(client, referral, text=SECRET, **more):
    return client.post(url(referral), {"text": text} | more)


def test_a_note_is_the_teams_own_in_every_answer_message_and_event(cast, onward_at, as_user):
    onward = onward_at("started")
    referral, messages = onward.referral, OutboxMessage.objects.count()
    answer = write(as_user(cast.link_worker), referral)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": CaseNote.objects.get().pk,
        "text": SECRET,
        "is_shared": False,
        "replaces": None,
        "replaced_by": None,
        "recorded_by": "Lou Marsh",
        "recorded_at": answer.json()["recorded_at"],
    }
    assert as_user(cast.lead).get(url(referral)).json()["results"] == [answer.json()]
    assert as_user(cast.gp).get(url(referral)).json()["results"] == []
    for user, addresses in (
        (cast.gp, ("referrals/{0}/", "referrals/{0}/events/", "onward-referrals/{1}/", "onward-referrals/{1}/events/")),
        (cast.provider, ("onward-referrals/{1}/", "onward-referrals/{1}/events/")),
    ):
        for address in addresses:
            seen = as_user(user).get("/api/v1/" + address.format(referral.reference, onward.reference))
            assert seen.status_code == 200
            assert "money" not in seen.content.decode()
    assert (OutboxMessage.objects.count(), ReferralEvent.objects.get(kind="note_written").note) == (messages, "")
    assert [event for event in ReferralEvent.objects.all() if "money" in event.hashed_text] == []


def test_a_shared_note_is_told_to_the_referrer_who_reads_it_in_the_service(cast, onward_at, as_user):
    referral = onward_at("started").referral
    OutboxMessage.objects.all().delete()
    write(as_user(cast.link_worker), referral)
    shared = write(as_user(cast.link_worker), referral, "Please ring her about her tablets.", is_shared=True).json()
    assert as_user(cast.gp).get(url(referral)).json()["results"] == [shared]
    told = OutboxMessage.objects.get()
    assert (told.recipient, told.template, told.context) == (
        cast.gp.email, "referral_note", {"reference": referral.reference},
    )  # fmt: skip
    assert as_user(cast.provider).get(url(referral)).status_code == 404


def test_a_correction_takes_the_place_of_the_note_and_both_stay(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    wrong = write(client, referral, "Her sister is her carer.", is_shared=True).json()
    right = write(client, referral, "Her neighbour is her carer.", replaces=wrong["id"]).json()
    listed = client.get(url(referral)).json()["results"]
    assert [(row["id"], row["replaces"], row["replaced_by"]) for row in listed] == [
        (right["id"], wrong["id"], None), (wrong["id"], None, right["id"]),
    ]  # fmt: skip
    assert as_user(cast.gp).get(url(referral)).json()["results"] == []  # what was shared was wrong
    before = everything()
    again = write(client, referral, "Nobody is.", replaces=wrong["id"])
    assert (again.status_code, again.json()["code"]) == (409, "already_replaced")
    elsewhere = write(client, referral_at("active"), "Another case.", replaces=right["id"])
    assert (elsewhere.status_code, list(elsewhere.json()["errors"])) == (400, ["replaces"])
    assert everything()[0] == before[0]


WHO = {"link_worker": 201, "lead": 201, "gp": 403, "provider": 404, "neighbouring_link_worker": 404, "manager": 404,
       "outsider": 404}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_only_the_owning_team_writes(cast, onward_at, as_user, who):
    referral = onward_at("started").referral
    before = everything()
    assert write(as_user(getattr(cast, who)), referral).status_code == WHO[who]
    assert (everything() == before) is (WHO[who] != 201)


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": " "}, {"text": "x" * 8001}, {"text": "x", "to": "gp"}])
def test_a_note_that_says_nothing_is_none(cast, referral_at, as_user, body):
    referral = referral_at("active")
    before = everything()
    assert as_user(cast.link_worker).post(url(referral), body).status_code == 400
    assert everything() == before


@pytest.mark.parametrize(("status", "code"), [("submitted", 201), ("on_hold", 201), ("closed", 409), ("rejected", 409)])
def test_as_long_as_it_is_in_the_teams_hands(cast, referral_at, as_user, status, code):
    referral = referral_at(status)
    before = everything()
    assert write(as_user(cast.link_worker), referral).status_code == code
    assert (everything() == before) is (code != 201)


def test_another_team_does_not_read_what_the_first_wrote(cast, referral_at, as_user):
    referral = referral_at("submitted")
    write(as_user(cast.link_worker), referral)
    as_user(cast.link_worker).post(
        url(referral, "redirect"), {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)}
    )
    arrived = Referral.objects.get(redirected_from=referral)
    assert as_user(cast.neighbouring_link_worker).get(url(arrived)).json()["results"] == []


@pytest.mark.parametrize("table", ["casenote", "contact", "signpost", "signpostfollowup"])
@pytest.mark.parametrize("statement", ["UPDATE referrals_{} SET recorded_at = now()", "DELETE FROM referrals_{}"])
def test_what_was_written_can_be_neither_changed_nor_removed(cast, referral_at, as_user, table, statement):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    write(client, referral)
    client.post(url(referral, "contacts"), {"mechanism": "02", "outcome": "spoke"})
    signpost = client.post(url(referral, "signposts"), {"name": "Tuesday tea club"}).json()["id"]
    client.post(url(referral, f"signposts/{signpost}/follow-up"), {"result": "used"})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
