"""Safeguarding: recorded by many, read by few, each read on record, and found nowhere else."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.enums import Role
from accounts.services import register_user
from notifications.models import OutboxMessage
from referrals.models import Referral, ReferralEvent, SafeguardingConcern, SafeguardingRead

MARKER = "zxmarkerxz"
CONCERN = {"text": f"{MARKER} takes her money.", "comment": f"{MARKER} since spring.", "started_on": "2026-04-01"}


def address(referral, what="safeguarding"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


@pytest.fixture
def onward(cast, onward_at, as_user):
    """Somebody who takes part in a programme, about whom the GP has recorded a concern."""
    onward = onward_at("started")
    assert as_user(cast.gp).post(address(onward.referral), CONCERN).status_code == 201
    return onward


@pytest.fixture
def referral(onward):
    return onward.referral


def reads():
    return list(SafeguardingRead.objects.order_by("id").values_list("reader__full_name", "way", "concerns"))


def test_whoever_speaks_with_the_person_records_a_concern_and_is_told_nothing_back(cast, as_user, referral):
    for who in ("gp", "link_worker", "lead"):
        answer = as_user(getattr(cast, who)).post(address(referral), CONCERN)
        assert (answer.status_code, answer.json()) == (201, {"recorded_at": "2026-11-03T09:30:00Z"})
    assert SafeguardingConcern.objects.count() == 4
    assert reads() == []


def test_the_safeguarding_lead_reads_it_and_that_is_written_down(cast, guardian, as_user, referral, now):
    client = as_user(guardian)
    concern = SafeguardingConcern.objects.get()
    assert client.get(address(referral)).json() == {
        "concerns": [
            CONCERN
            | {
                "id": concern.pk, "kind": "concern", "code": "", "display": "", "local_authority": "",
                "recorded_by": "Gita Gill", "recorded_at": "2026-11-03T09:30:00Z", "ended_on": None, "ended_by": None,
            }
        ]
    }  # fmt: skip
    document = client.get(address(referral, "dapb4066")).json()
    assert document["Safeguarding"] == {
        "Safeguarding concerns": [
            {
                "Safeguarding indicator": True,
                "Safeguarding concerns date": "2026-04-01",
                "Safeguarding concerns": {"Free text": CONCERN["text"]},
                "Comment": CONCERN["comment"],
            }
        ]
    }
    assert reads() == [("Sana Guard", "safeguarding", [concern.pk]), ("Sana Guard", "dapb4066", [concern.pk])]
    log = client.get(address(referral, "safeguarding/reads")).json()["results"]
    moment = "2026-11-03T09:30:00Z"
    assert log == [
        {"reader": "Sana Guard", "read_at": moment, "way": way, "concerns": [concern.pk]}
        for way in ("dapb4066", "safeguarding")
    ]


def test_that_nothing_was_there_to_read_is_written_down_too(guardian, as_user, referral_at):
    assert as_user(guardian).get(address(referral_at("active"))).json() == {"concerns": []}
    assert reads() == [("Sana Guard", "safeguarding", [])]


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("gp", 403), ("link_worker", 403), ("lead", 403), ("discharge_nurse", 404), ("neighbouring_link_worker", 404),
        ("provider", 404), ("befriender", 404), ("hub_worker", 404), ("manager", 404), ("editor", 404),
        ("outsider", 404),
    ],
)  # fmt: skip
def test_nobody_else_reads_it_or_who_has_read_it(cast, as_user, referral, who, code):
    client = as_user(getattr(cast, who))
    before = SafeguardingConcern.objects.values().get()
    for what in ("safeguarding", "safeguarding/reads"):
        assert client.get(address(referral, what)).status_code == code
    assert client.post(address(referral, f"safeguarding/{before['id']}/end"), {}).status_code == code
    assert (SafeguardingConcern.objects.values().get(), reads()) == (before, [])


def test_the_role_counts_in_the_teams_of_the_referral_only(cast, as_user, referral):
    elsewhere = register_user(
        email="elle.where@work.example", full_name="Elle Where", password=None,
        roles=[(cast.team, Role.LINK_WORKER), (cast.neighbouring_team, Role.SAFEGUARDING)],
    )  # fmt: skip
    by_itself = register_user(
        email="sol.only@work.example", full_name="Sol Only", password=None, roles=[(cast.team, Role.SAFEGUARDING)]
    )
    assert as_user(elsewhere).get(address(referral)).status_code == 403
    assert as_user(by_itself).get(address(referral)).status_code == 404  # sees no referral at all
    assert reads() == []


def test_no_other_table_holds_it(cast, guardian, as_user, referral):
    as_user(guardian).get(address(referral))
    tables = connection.introspection.table_names()
    holding = []
    with connection.cursor() as cursor:
        for table in tables:
            every = f'SELECT count(*) FROM "{table}" AS every WHERE every::text LIKE %s'  # noqa: S608 - our own names
            cursor.execute(every, [f"%{MARKER}%"])
            if cursor.fetchone()[0]:
                holding.append(table)
    assert holding == ["referrals_safeguardingconcern"]


def test_no_event_and_no_message_say_that_there_is_a_concern(cast, guardian, as_user, referral_at):
    referral = referral_at("active")
    before = (ReferralEvent.objects.count(), OutboxMessage.objects.count(), referral.version)
    client = as_user(guardian)
    client.post(address(referral), CONCERN)
    client.post(address(referral, f"safeguarding/{SafeguardingConcern.objects.get().pk}/end"), {})
    version = Referral.objects.get(pk=referral.pk).version
    assert (ReferralEvent.objects.count(), OutboxMessage.objects.count(), version) == before


def test_a_concern_is_ended_once_by_a_safeguarding_lead(guardian, as_user, referral):
    concern = SafeguardingConcern.objects.get()
    client, url = as_user(guardian), address(referral, f"safeguarding/{concern.pk}/end")
    for day in ("2026-03-31", "2026-11-04"):
        assert client.post(url, {"ended_on": day}).status_code == 400
    assert client.post(url, {"ended_on": "2026-11-01"}).status_code == 200
    assert client.post(url, {}).status_code == 409
    assert client.post(address(referral, f"safeguarding/{concern.pk + 1}/end"), {}).status_code == 404
    [shown] = client.get(address(referral)).json()["concerns"]
    assert (shown["ended_on"], shown["ended_by"], shown["text"]) == ("2026-11-01", "Sana Guard", CONCERN["text"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "text"),
        ({"kind": "no_concern", "text": "x"}, "kind"),
        ({"kind": "looked_after_child"}, "kind"),
        ({"text": "x", "code": "12345678"}, "code"),
        ({"text": "x", "local_authority": "Made-up Council"}, "local_authority"),
        ({"text": "x", "started_on": "2026-11-04"}, "started_on"),
        ({"text": "x", "shown_to_person": True}, "shown_to_person"),
    ],
)
def test_what_cannot_be_right_is_refused(cast, as_user, referral_at, wrong, field):
    answer = as_user(cast.link_worker).post(address(referral_at("active")), wrong)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert SafeguardingConcern.objects.count() == 0


@pytest.mark.parametrize(("who", "status", "code"), [("provider", "active", 404), ("link_worker", "closed", 409)])
def test_who_may_not_record_a_concern(cast, as_user, referral_at, who, status, code):
    assert as_user(getattr(cast, who)).post(address(referral_at(status)), CONCERN).status_code == code
    assert SafeguardingConcern.objects.count() == 0


def test_the_team_that_a_referral_is_passed_to_has_the_concern(cast, as_user, referral_at):
    referral = referral_at("submitted")
    as_user(cast.gp).post(address(referral), CONCERN)
    moved = as_user(cast.link_worker).post(
        f"/api/v1/referrals/{referral.reference}/redirect/",
        {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)},
    )
    assert moved.status_code == 200
    earlier, arrived = SafeguardingConcern.objects.order_by("id").values()
    assert earlier | {"id": 0, "referral_id": 0} == arrived | {"id": 0, "referral_id": 0}


def test_the_database_keeps_what_was_recorded_and_who_read_it(cast, guardian, as_user, referral):
    as_user(guardian).get(address(referral))
    for statement in (
        "UPDATE referrals_safeguardingconcern SET text = 'x'", "DELETE FROM referrals_safeguardingconcern",
        "UPDATE referrals_safeguardingread SET way = 'x'", "DELETE FROM referrals_safeguardingread",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="safeguarding"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
