"""Who opened Rose's record stands in a log; who opens one that it is unusual for them to open says why first."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.actors import Actor
from accounts.models import User
from core.errors import NotPermitted
from insights.periods import ended_weeks
from insights.readings import count_readings, unusual_readings
from referrals.models import PersonChange, RecordAccess, Referral
from referrals.services.access import Reading, Subject, record_access, restrict
from referrals.services.subject_access import everything_on
from tests.conftest import NOW
from tests.stage import fresh

WITHDRAW = {"data": {"reason": "person_changed_mind"}, "content_type": "application/json"}
WHY = "complaint: Her daughter has complained."


@pytest.fixture
def browser():
    def sign_in(user):
        client = Client()
        client.force_login(fresh(user))
        return client

    return sign_in


def log(**of):
    rows = RecordAccess.objects.filter(**of).order_by("id")
    return [(row.reader.full_name if row.reader else row.visitor, row.route, row.unusual, row.reason) for row in rows]


def restricted(cast, referral):
    restrict(
        referral=referral, actor=Actor(fresh(cast.lead)), at=NOW, is_restricted=True, why="She is known in the town."
    )


def test_each_opening_is_one_row_and_a_list_a_refusal_and_what_is_not_there_are_none(cast, onward_at, browser):
    onward = onward_at("started")
    reference = onward.referral.reference
    worker, gp, stranger = browser(cast.link_worker), browser(cast.gp), browser(cast.editor)
    for client, path in (
        (worker, "/caseload/"), (worker, f"/r/{reference}"), (worker, f"/api/v1/referrals/{reference}/notes/"),
        (gp, f"/r/{reference}"), (stranger, f"/r/{reference}"), (worker, "/r/R-23456-789CD"),
        (browser(cast.provider), f"/r/{onward.reference}"), (worker, f"/r/{reference}/note/"),
    ):  # fmt: skip
        client.get(path)
    worker.post(f"/r/{reference}/note/", {"text": ""})  # shown again, with her name
    assert log(person=onward.referral.person) == [
        ("Lou Marsh", "get web:record", "", ""), ("Lou Marsh", "get referral-notes", "", ""),
        ("Gita Gill", "get web:record", "", ""), ("Pat Active", "get web:record", "", ""),
        ("Lou Marsh", "get web:write-note", "", ""), ("Lou Marsh", "post web:write-note", "", ""),
    ]  # fmt: skip
    row = RecordAccess.objects.earliest("id")
    assert (row.referral, row.purpose, len(row.request_id) > 30) == (onward.referral, "care", True)


def test_a_marked_record_asks_everybody_why_and_is_open_for_half_an_hour(cast, referral_at, browser, time_machine):
    time_machine.move_to(NOW, tick=False)
    referral = referral_at("active")
    page, api = f"/r/{referral.reference}", f"/api/v1/referrals/{referral.reference}/"
    restricted(cast, referral)
    worker = browser(cast.link_worker)
    asked = worker.get(page)
    assert (asked.status_code, asked.url) == (
        302,
        f"/why-open/?next=%2Fr%2F{referral.reference}&of={referral.reference}",
    )
    form = worker.get(asked.url)
    assert "Rose" not in form.content.decode()
    assert worker.post(asked.url, {"reason": "covering", "words": "Short"}).status_code == 400
    said = worker.post(asked.url, {"reason": "covering", "words": "Jo is ill, her calls are mine."})
    assert (said.status_code, said.url) == (302, page)
    assert worker.get(page).status_code == 200
    assert worker.get(f"/r/{referral.reference}/note/").status_code == 200
    assert worker.post(f"{api}notes/", {"text": "Called."}, content_type="application/json").status_code == 201
    time_machine.move_to(NOW + dt.timedelta(minutes=31), tick=False)
    assert worker.get(page).status_code == 302
    assert log() == [
        ("Lou Marsh", "get web:record", "restricted", "covering"),
        ("Lou Marsh", "get web:write-note", "restricted", "covering"),
        ("Lou Marsh", "post referral-notes", "restricted", "covering"),
    ]


def test_the_api_says_how_and_nobody_acts_without_a_reason(cast, referral_at, browser):
    referral = referral_at("active")
    api = f"/api/v1/referrals/{referral.reference}/"
    restricted(cast, referral)
    gp, before = browser(cast.gp), referral.events.count()
    for refused in (
        gp.get(api), gp.get(api, headers={"Access-Reason": "complaint: no"}),
        gp.post(f"{api}withdraw/", **WITHDRAW),
    ):  # fmt: skip
        assert (refused.status_code, refused.json()["code"]) == (403, "reason_needed")
    assert gp.get(api).json()["header"] == "Access-Reason"
    page = browser(cast.link_worker).post(f"/r/{referral.reference}/note/", {"text": "Called."})
    assert (page.status_code, page.url.partition("?")[0]) == (302, "/why-open/")
    assert (referral.events.count(), referral.case_notes.count(), log()) == (before, 0, [])
    assert gp.get(api, headers={"Access-Reason": WHY}).status_code == 200
    assert log() == [("Gita Gill", "get referral-detail", "restricted", "complaint")]
    # Whoever may not see it is told that it is not there, as ever: not that it is looked after closely.
    stranger = browser(cast.editor)
    assert stranger.get(api).status_code == stranger.post(f"{api}withdraw/", **WITHDRAW).status_code == 404


def test_a_colleagues_name_and_ones_own_address_ask_why(cast, referral_at, browser):
    referral = referral_at("active")
    api = f"/api/v1/referrals/{referral.reference}/"
    User.objects.filter(pk=cast.lead.pk).update(full_name="ROSE Okafor")
    assert browser(cast.link_worker).get(api, headers={"Access-Reason": WHY}).status_code == 200
    assert browser(cast.gp).get(api).status_code == 200  # of another organisation: nobody's colleague there
    Referral.objects.filter(pk=referral.pk).update(email=cast.gp.email.upper())
    assert browser(cast.gp).get(api).status_code == 403
    assert browser(cast.gp).get(api, headers={"Access-Reason": WHY}).status_code == 200
    assert [unusual for _, _, unusual, _ in log()] == ["colleague", "", "self"]


def test_who_looked_is_read_by_the_lead_of_the_team_alone_and_by_the_person(
    cast, referral_at, browser, django_assert_max_num_queries
):
    referral = referral_at("active")
    page = f"/r/{referral.reference}/who-looked/"
    restricted(cast, referral)
    browser(cast.gp).get(f"/r/{referral.reference}", headers={"Access-Reason": WHY})
    lead = browser(cast.lead)
    html = lead.get(page, headers={"Access-Reason": "i_support: I look who has opened it."}).content.decode()
    assert "<strong>Gita Gill</strong>" in html
    assert "I look into a complaint or a mistake: “Her daughter has complained.”" in html
    rows = lead.get(f"/api/v1/referrals/{referral.reference}/who-looked/").json()["results"]
    assert [(row["reader"], row["unusual"], row["words"]) for row in rows] == [
        (cast.lead.full_name, "restricted", "I look who has opened it."),
        ("Gita Gill", "restricted", "Her daughter has complained."),
    ]
    with django_assert_max_num_queries(12):  # however many rows there are
        lead.get(page)
    for user in (cast.link_worker, cast.gp, cast.provider, cast.manager):
        assert browser(user).get(page).status_code == 404
    file = {section["title"]: section["rows"] for section in everything_on(referral.person)["sections"]}
    readers = [row["reader"] for row in file["Who opened your record"]]
    assert readers == ["Gita Gill", *[cast.lead.full_name] * 3]
    off = lead.post(f"{page}ask-why/", {"why": "She asked us to stop."})
    assert (off.status_code, Referral.objects.get(pk=referral.pk).person.is_restricted) == (302, False)
    assert list(PersonChange.objects.order_by("id").values_list("kind", flat=True)) == ["restricted", "unrestricted"]


def test_what_cannot_be_written_is_not_shown_and_nobody_changes_the_log(cast, referral_at, browser):
    referral = referral_at("active")
    client = browser(cast.link_worker)
    client.raise_request_exception = False
    client.get(f"/r/{referral.reference}")
    for statement in ("UPDATE referrals_recordaccess SET route = ''", "DELETE FROM referrals_recordaccess"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE referrals_recordaccess RENAME TO away")
        answer = client.get(f"/api/v1/referrals/{referral.reference}/")
        assert (answer.status_code, b"Rose" in answer.content) == (500, False)
        transaction.set_rollback(True)


def test_the_week_tells_the_lead_who_was_asked_and_who_read_at_night(cast, referral_at, monkeypatch):
    """In the week before: the GP was asked why, and Lou opened a record on a Sunday night."""
    monday, sunday = dt.datetime(2026, 10, 26, 10, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, 23, tzinfo=dt.UTC)
    referral = referral_at("active")

    def reads(user, at, of=referral, **said):
        record_access(Subject(referrals=(of.pk,)), Reading(reader=user.pk, at=at, route="get web:record", **said))

    restricted(cast, referral)
    for _ in range(2):
        reads(cast.gp, monday, reason="asked", words="She rang and asked.")
    reads(cast.link_worker, sunday, reason="i_support", words="She rang me at night.")
    week = ended_weeks(NOW.date(), count=1)[0]
    assert count_readings(week) == {cast.team.pk: {"asked_why": 2, "out_of_hours": 1}}
    found = unusual_readings(fresh(cast.lead), today=NOW.date())
    assert [(row["full_name"], row["times"], row["words"]) for row in found.lists["asked_why"]] == [
        (cast.link_worker.full_name, 1, "She rang me at night."), (cast.gp.full_name, 2, "She rang and asked."),
    ]  # fmt: skip
    assert [(row["full_name"], row["people"]) for row in found.lists["out_of_hours"]] == [
        (cast.link_worker.full_name, 1)
    ]
    assert found.lists["many_in_a_day"] == []
    monkeypatch.setattr("insights.readings.MANY", 1)
    assert count_readings(week)[cast.team.pk]["many_in_a_day"] == 2
    with pytest.raises(NotPermitted):
        unusual_readings(fresh(cast.link_worker), today=NOW.date())
