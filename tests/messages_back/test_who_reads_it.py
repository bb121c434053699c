"""Who may read a message back and who files it; what is kept of it cannot be changed."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team
from accounts.services import register_user
from notifications.models import OutboxMessage
from referrals.messages_back import sharing
from referrals.models import MessageBack, MessageBackFiling, Referral, ReferralEvent
from referrals.services.messages_back import issue_message_back
from tests import stage

MINE = "/api/v1/messages-back/"


@pytest.fixture
def agrees(monkeypatch):
    """The person agrees that the registered practice is told, too: what the record of consent will say."""
    monkeypatch.setattr(sharing, "may_message_registered_practice", lambda referral, on, practice: True)


@pytest.fixture
def nurse_referred(cast, now):
    """Bring a referral of Rose, who is registered at the Vale Practice, by the hospital's nurse, to a status."""

    def bring(status="accepted"):
        return stage.referral_at(cast, status, at=now, by=cast.discharge_nurse)

    return bring


@pytest.fixture
def other_practice(cast):
    organization = Organization.objects.create(
        name="Hill Practice", kind=OrganizationKind.GP_PRACTICE, ods_code="Z90002"
    )
    team = Team.objects.create(organization=organization, name="Hill Practice", inbox_email="hill@inbox.example")
    return register_user(
        email="olga@work.example", full_name="Olga Other", password=None, roles=[(team, Role.REFERRER)]
    )


def statuses(client, referral):
    """Return the answers to: the list of the referral, the message, the message as PDF, and how many came to me."""
    message = referral.messages_back.order_by("-id").first()
    url = f"/api/v1/referrals/{referral.reference}/messages-back/"
    one = f"{url}{message.reference}/"
    return (
        client.get(url).status_code, client.get(one).status_code, client.get(f"{one}?format=pdf").status_code,
        len(client.get(MINE).json()["results"]),
    )  # fmt: skip


SEEN, SENT, UNSEEN = (200, 200, 200, 1), (200, 200, 200, 0), (404, 404, 404, 0)


@pytest.mark.parametrize(
    ("who", "without_consent", "with_consent"),
    [
        ("discharge_nurse", SEEN, SEEN),  # referred
        ("gp", UNSEEN, SEEN),  # the person is registered there
        ("link_worker", SENT, SENT),
        ("lead", SENT, SENT),
        ("neighbouring_link_worker", UNSEEN, UNSEEN),
        ("provider", UNSEEN, UNSEEN),
        ("befriender", UNSEEN, UNSEEN),
        ("hub_worker", UNSEEN, UNSEEN),
        ("manager", UNSEEN, UNSEEN),
        ("editor", UNSEEN, UNSEEN),
        ("outsider", UNSEEN, UNSEEN),
        ("other_practice", UNSEEN, UNSEEN),
    ],
)
@pytest.mark.parametrize("consents", [False, True])
def test_who_reads_it(who, without_consent, with_consent, consents, cast, nurse_referred, as_user, request):
    if consents:
        request.getfixturevalue("agrees")
    user = request.getfixturevalue("other_practice") if who == "other_practice" else getattr(cast, who)
    assert statuses(as_user(user), nurse_referred()) == (with_consent if consents else without_consent)


def test_a_provider_who_has_the_person_reads_none(cast, onward_at, as_user):
    onward = onward_at("started")
    assert statuses(as_user(cast.provider), onward.referral) == UNSEEN


def test_somebody_not_signed_in_reads_none(client, nurse_referred):
    message = nurse_referred().messages_back.get()
    url = f"/api/v1/referrals/{message.referral.reference}/messages-back/{message.reference}/"
    for form in ("application/json", "text/html", "application/pdf"):
        answer = client.get(url, headers={"Accept": form})
        assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
        assert b"Okafor" not in answer.content


def test_the_registered_practice_reads_its_messages_and_nothing_else_of_the_referral(
    agrees, cast, nurse_referred, as_user
):
    referral = nurse_referred()
    client = as_user(cast.gp)
    url = f"/api/v1/referrals/{referral.reference}/"
    assert client.get(url).status_code == client.get(f"{url}events/").status_code == 404
    message = client.get(client.get(MINE).json()["results"][0]["url"]).json()
    assert message["recipients"] == [
        "Dean Nurse, Discharge team, Town Hospital", "Vale Practice (registered practice)",
    ]  # fmt: skip


def test_what_was_issued_before_the_person_agreed_stays_unseen(cast, nurse_referred, as_user, monkeypatch, now):
    referral = nurse_referred("accepted")
    monkeypatch.setattr(sharing, "may_message_registered_practice", lambda referral, on, practice: True)
    worker = as_user(cast.link_worker)
    assert worker.post(f"/api/v1/referrals/{referral.reference}/start-support/").status_code == 200
    rows = as_user(cast.gp).get(MINE).json()["results"]
    assert [row["issued_at"] for row in rows] == ["2026-11-03T09:30:00Z"]
    assert len(as_user(cast.discharge_nurse).get(MINE).json()["results"]) == 2
    first, second = referral.messages_back.order_by("id")
    url = f"/api/v1/referrals/{referral.reference}/messages-back/"
    assert as_user(cast.gp).get(f"{url}{first.reference}/").status_code == 404
    assert as_user(cast.gp).get(f"{url}{second.reference}/").status_code == 200


def test_a_message_is_found_under_its_own_referral_only(cast, nurse_referred, as_user):
    one, other = nurse_referred(), nurse_referred()
    message = one.messages_back.get()
    url = f"/api/v1/referrals/{other.reference}/messages-back/{message.reference}/"
    assert as_user(cast.discharge_nurse).get(url).status_code == 404


# --- Told by a notice that says nothing -------------------------------------------------------------------------------


def notices():
    return sorted(OutboxMessage.objects.filter(template="message_back").values_list("recipient", flat=True))


def test_the_registered_practice_is_told_with_consent_only(cast, nurse_referred, monkeypatch):
    nurse_referred("accepted")
    assert notices() == []
    monkeypatch.setattr(sharing, "may_message_registered_practice", lambda referral, on, practice: True)
    message = nurse_referred("accepted").messages_back.get()
    assert notices() == ["vale-practice@inbox.example"]
    assert OutboxMessage.objects.get(template="message_back").context == {"reference": message.reference}


def test_the_registered_practice_is_told_that_what_it_holds_was_never_right(agrees, cast, nurse_referred, as_user):
    referral = nurse_referred("active")
    wrong = {"reason": "wrong_person"}
    assert as_user(cast.lead).post(f"/api/v1/referrals/{referral.reference}/enter-in-error/", wrong).status_code == 200
    told = OutboxMessage.objects.filter(template="message_back_in_error").order_by("context__reference")
    assert [(row.recipient, row.context["reference"]) for row in told] == [
        ("vale-practice@inbox.example", reference)
        for reference in referral.messages_back.order_by("reference").values_list("reference", flat=True)
    ]
    assert len(told) == 2
    assert [row["is_in_error"] for row in as_user(cast.gp).get(MINE).json()["results"]] == [True, True]


def test_the_referrer_is_told_of_the_code_which_no_other_notice_tells(cast, nurse_referred):
    nurse_referred("active")
    assert notices() == [cast.discharge_nurse.email]
    assert OutboxMessage.objects.filter(template="referral_accepted").count() == 1


@pytest.mark.parametrize("why_not", ["it referred", "it does not work here", "nobody refers there", "no practice"])
def test_the_registered_practice_is_told_only_where_there_is_one_to_tell(why_not, agrees, cast, now, as_user):
    changes = {}
    if why_not == "it referred":
        changes["by"] = cast.gp
    elif why_not == "it does not work here":
        Organization.objects.filter(ods_code="Z90001").update(is_active=False)
    elif why_not == "nobody refers there":
        cast.practice.memberships.all().delete()
    if why_not == "no practice":
        changes["person"] = replace(stage.ROSE, gp_practice_code="V81999", nhs_number="")
    referral = stage.referral_at(cast, "accepted", at=now, **{"by": cast.discharge_nurse} | changes)
    message = referral.messages_back.get()
    assert (message.registered_practice, notices()) == (None, [])
    if why_not == "no practice":
        assert message.document["gp_practice"] == {"code": "V81999", "name": "GP practice not known"}


# --- Filed ------------------------------------------------------------------------------------------------------------


def file(client, message):
    return client.post(f"{MINE}{message.reference}/file/")


def test_each_practice_files_its_own_and_whoever_was_first_stays(agrees, cast, nurse_referred, as_user, time_machine):
    referral = nurse_referred()
    message = referral.messages_back.get()
    gp, nurse = as_user(cast.gp), as_user(cast.discharge_nurse)
    filed = file(gp, message)
    expected = {"filed_by": "Gita Gill", "filed_at": "2026-11-03T09:30:00Z"}
    assert (filed.status_code, filed.json()) == (200, expected)
    time_machine.shift(3600)
    second = register_user(
        email="sam@work.example", full_name="Sam Second", password=None, roles=[(cast.practice, Role.REFERRER)]
    )
    assert file(as_user(second), message).json() == file(gp, message).json() == expected
    assert gp.get(MINE).json()["results"][0]["filed"] == expected
    assert nurse.get(MINE).json()["results"][0]["filed"] is None
    assert [len(gp.get(f"{MINE}?filed={answer}").json()["results"]) for answer in ("true", "false")] == [1, 0]
    assert file(nurse, message).json()["filed_by"] == "Dean Nurse"
    events = ReferralEvent.objects.filter(kind="message_back_filed").order_by("sequence")
    assert [(event.actor_name, event.details["message"], event.note) for event in events] == [
        ("Gita Gill", message.reference, ""), ("Dean Nurse", message.reference, ""),
    ]  # fmt: skip


def test_who_sent_it_does_not_file_it_and_who_does_not_see_it_cannot(cast, nurse_referred, as_user):
    message = nurse_referred().messages_back.get()
    version = Referral.objects.get().version
    answers = {who: file(as_user(getattr(cast, who)), message).status_code for who in ("link_worker", "gp", "provider")}
    assert answers == {"link_worker": 403, "gp": 404, "provider": 404}
    assert (MessageBackFiling.objects.count(), Referral.objects.get().version) == (0, version)


def test_the_list_is_paged_newest_first_and_costs_the_same_however_long(
    cast, nurse_referred, as_user, django_assert_num_queries
):
    for length in (3, 6):
        while MessageBack.objects.count() < length:
            nurse_referred("closed")
        client = as_user(cast.discharge_nurse)
        with django_assert_num_queries(3):  # the memberships, the messages, the filings
            rows = client.get(MINE).json()["results"]
        dates = [row["reference"] for row in rows]
        assert dates == list(MessageBack.objects.order_by("-id").values_list("reference", flat=True))
    page = client.get(f"{MINE}?page_size=2").json()
    assert (len(page["results"]), page["next"] is not None) == (2, True)


# --- Kept as issued ---------------------------------------------------------------------------------------------------


def test_what_was_sent_is_shown_for_ever_whatever_happens_later(cast, nurse_referred, as_user):
    referral = nurse_referred("accepted")
    client = as_user(cast.discharge_nurse)
    url = client.get(MINE).json()["results"][0]["url"]
    forms = [f"{url}?format={form}" for form in ("json", "html", "pdf")]
    before = [client.get(form).content for form in forms]
    Team.objects.filter(pk=cast.team.pk).update(name="Renamed")
    Referral.objects.filter(pk=referral.pk).update(family_name="Renamed")
    assert [client.get(form).content for form in forms] == before


@pytest.mark.parametrize("model", [MessageBack, MessageBackFiling])
def test_what_was_sent_and_filed_can_be_neither_changed_nor_removed(model, cast, nurse_referred, as_user):
    message = nurse_referred().messages_back.get()
    assert file(as_user(cast.discharge_nurse), message).status_code == 200
    rows, table = list(model.objects.values()), model._meta.db_table
    trigger = f"{table.removeprefix('referrals_')}_no_truncate"
    for statements in (
        [f"UPDATE {table} SET id = id"],  # noqa: S608 -- a table of ours
        [f"DELETE FROM {table}"],  # noqa: S608 -- a table of ours
        [
            "SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED",
            f"ALTER TABLE {table} ENABLE TRIGGER {trigger}", f"TRUNCATE {table} CASCADE",
        ],
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as database:
            database.execute("; ".join(statements))
    assert list(model.objects.values()) == rows


def test_a_message_tells_of_an_event_of_its_own_referral_and_each_event_once(cast, nurse_referred, now):
    one, other = nurse_referred(), nurse_referred()
    message = one.messages_back.get()
    values = {"reference": "M-23456-789CD", "kind": "acceptance", "is_in_full": True, "text": "{}", "issued_at": now}
    event = other.events.get(kind="submit")
    with pytest.raises(DatabaseError, match="another referral"), transaction.atomic():
        MessageBack.objects.create(referral=one, event=event, **values)
    with pytest.raises(DatabaseError, match="unique"), transaction.atomic():
        issue_message_back(message.event, actor=Actor(cast.link_worker))
    assert MessageBack.objects.count() == 2


def test_a_step_that_is_refused_issues_nothing(cast, nurse_referred, as_user):
    referral = nurse_referred("accepted")
    before = MessageBack.objects.count()
    worker = as_user(cast.link_worker)
    refused = worker.post(f"/api/v1/referrals/{referral.reference}/close/", {"outcome": "goals_met"})
    assert (refused.status_code, MessageBack.objects.count()) == (400, before)


# --- Held back --------------------------------------------------------------------------------------------------------


def test_a_person_can_hold_back_all_but_the_codes(cast, nurse_referred, as_user, monkeypatch):
    monkeypatch.setattr(sharing, "may_message_in_full", lambda referral, on: on < dt.date(2026, 11, 3))
    referral = nurse_referred("accepted")
    assert as_user(cast.link_worker).post(f"/api/v1/referrals/{referral.reference}/start-support/").status_code == 200
    client = as_user(cast.discharge_nurse)
    row = client.get(MINE).json()["results"][0]
    assert (row["kind"], row["is_in_full"]) == ("", False)
    document = client.get(row["url"]).json()
    assert document == {
        "version": 1,
        "reference": row["reference"],
        "referral": referral.reference,
        "issued_at": "2026-11-03T09:30:00Z",
        "held_back": "The person asked that no more be shared.",
        "person": {
            "first_name": "Rose",
            "family_name": "Okafor",
            "date_of_birth": "1951-03-27",
            "nhs_number": "9990000018",
        },
        "codes": [
            {"code": "871731000000106", "display": "Referral to social prescribing service", "dated": "2026-11-03",
             "record_now": True},
        ],
    }  # fmt: skip
    page = client.get(f"{row['url']}?format=html").content.decode()
    assert "The person asked that no more be shared." in page
    for other in ("Lou Marsh", "Vale", "support", "risks", "agreed"):
        assert other not in page
