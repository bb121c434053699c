"""The inbox: what somebody was told by email is there, and who else reads that address finds it, too."""

import datetime as dt
import uuid

import pytest

from accounts.enums import Role
from accounts.models import Membership, User
from core import counting
from notifications import inbox, inbox_services
from notifications.inbox import count_unread, entries_of, inbox_of
from notifications.models import OutboxMessage, Reading
from tests.conftest import NOW
from tests.stage import created, fresh

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(minutes=30)
ONE, TWO = "R-7K3M9-QXD24", "R-23456-789CD"


def found(user, at=LATER):
    return list(inbox_of(fresh(user), at=at))


# --- Who finds what ---


def test_what_goes_to_a_person_is_theirs_and_what_goes_to_a_team_is_every_members(cast, owe):
    mine, teams = owe(cast.link_worker.email, "onward_accepted"), owe(cast.team.inbox_email, "referral_arrived")
    assert {name: set(found(user)) for name, user in cast.everyone.items() if found(user)} == {
        "link_worker": {mine, teams},
        "lead": {teams},
    }


def test_the_arrival_of_a_referral_is_in_the_inbox_of_the_team(cast, as_user):
    referral = created(cast, at=NOW)
    assert as_user(cast.link_worker).get("/api/v1/inbox/").json()["results"] == [
        {
            "id": str(OutboxMessage.objects.get(template="referral_arrived").pk),
            "at": "2026-11-02T09:30:00Z",
            "template": "referral_arrived",
            "group": "new_work",
            "reference": referral.reference,
            "title": f"A referral is waiting for triage: {referral.reference}",
            "text": f"A new referral, {referral.reference}, has come to your team. Please look at it by "
            "4 November 2026.",
            "link": f"http://127.0.0.1:8000/r/{referral.reference}",
            "team": {"id": str(cast.team.pk), "name": "Vale link workers"},
            "read_at": None,
        }
    ]


def test_whoever_leaves_a_team_or_the_service_finds_it_no_more(cast, owe):
    owe(cast.team.inbox_email, "referral_arrived")
    Membership.objects.filter(user=cast.link_worker).delete()
    assert found(cast.link_worker) == []
    User.objects.filter(pk=cast.lead.pk).update(is_active=False)
    assert found(cast.lead) == []


def test_whatever_is_chosen_it_is_there(cast, owe, chooses):
    chooses(cast.gp, news="in_app", reminders="daily", quiet_from=dt.time(9), quiet_until=dt.time(20))
    told = [
        owe(cast.gp.email, template) for template in ("referral_accepted", "consent_ends_soon", "referral_question")
    ]
    assert set(found(cast.gp)) == set(told)


def test_what_was_given_up_is_there_and_what_was_stopped_is_not(cast, owe):
    given_up, stopped = owe(cast.gp.email), owe(cast.gp.email)
    OutboxMessage.objects.filter(pk=given_up.pk).update(status="failed", failure="Nobody there.")
    OutboxMessage.objects.filter(pk=stopped.pk).update(status="stopped", failure="Not any more.")
    assert found(cast.gp) == [given_up]


def test_what_goes_to_the_person_is_in_nobodys_inbox(cast, owe):
    """A nurse who referred herself, with the address at which she works, keeps that to herself."""
    for template in ("self_referral_code", "self_referral_received", "self_referral_update", "self_referral_question"):
        owe(cast.gp.email, template)
        owe(cast.practice.inbox_email, template)
    assert found(cast.gp) == []


def test_messages_to_nobody_of_ours_and_of_half_a_year_ago_are_not_there(cast, owe):
    owe("stranger@elsewhere.example")
    owe(cast.gp.email, at=LATER - inbox.SHOWN_FOR)
    owe(cast.gp.email, at=LATER + dt.timedelta(seconds=1))
    assert found(cast.gp) == []
    youngest = owe(cast.gp.email, at=LATER - inbox.SHOWN_FOR + dt.timedelta(seconds=1))
    assert found(cast.gp) == [youngest]


def test_an_own_address_that_is_a_teams_too_is_ones_own(cast, owe):
    User.objects.filter(pk=cast.provider.pk).update(email=cast.leisure.inbox_email)
    owe(cast.leisure.inbox_email, "onward_arrived")
    provider = fresh(cast.provider)
    (entry,) = entries_of(provider, list(inbox_of(provider, at=LATER)))
    assert entry.team is None


# --- In pages, narrowed, with few questions ---


def test_it_is_paged_newest_first_and_nothing_is_skipped(cast, owe, as_user):
    told = [owe(cast.gp.email, at=NOW + dt.timedelta(minutes=number // 3)) for number in range(9)]
    client, seen, path = as_user(cast.gp), [], "/api/v1/inbox/?page_size=2"
    while path:
        page = client.get(path).json()
        seen += [entry["id"] for entry in page["results"]]
        path = page["next"]
    expected = sorted(told, key=lambda message: (message.occurred_at, message.id), reverse=True)
    assert seen == [str(message.id) for message in expected]


def test_a_longer_page_asks_the_database_no_more(cast, owe, as_user, django_assert_num_queries):
    Membership.objects.create(user=cast.lead, team=cast.neighbouring_team, role=Role.LEAD)
    for number in range(12):
        owe(cast.team.inbox_email, "referral_arrived")
        owe(cast.neighbouring_team.inbox_email, "referral_arrived")
        if number in {0, 11}:
            client = as_user(fresh(cast.lead))
            with django_assert_num_queries(2):  # their teams; the messages
                client.get("/api/v1/inbox/?page_size=100")


def test_it_is_narrowed_by_kind_and_by_what_was_read(cast, owe, as_user):
    client = as_user(cast.gp)
    news, asked = owe(cast.gp.email, "referral_accepted"), owe(cast.gp.email, "referral_question")
    inbox_services.mark_read(message_id=news.pk, user=cast.gp, at=LATER)

    def ids(query):
        return {entry["id"] for entry in client.get(f"/api/v1/inbox/?{query}").json()["results"]}

    assert ids("unread=true") == {str(asked.pk)}
    assert ids("unread=false") == {str(news.pk)}
    assert ids("group=news") == {str(news.pk)}
    assert ids("group=news&group=questions") == {str(news.pk), str(asked.pk)}
    assert ids("group=news&unread=true") == set()
    assert client.get("/api/v1/inbox/?group=gossip").status_code == 400


# --- Read and unread ---


def test_each_member_reads_for_themself(cast, owe, as_user):
    message = owe(cast.team.inbox_email, "referral_arrived")
    assert as_user(cast.lead).post(f"/api/v1/inbox/{message.pk}/read/").status_code == 204
    counts = {who: as_user(getattr(cast, who)).get("/api/v1/inbox/unread/").json() for who in ("lead", "link_worker")}
    assert counts == {"lead": {"unread": 0}, "link_worker": {"unread": 1}}
    (entry,) = as_user(cast.lead).get("/api/v1/inbox/").json()["results"]
    assert entry["read_at"] == "2026-11-02T10:00:00Z"


def test_read_twice_it_was_read_the_first_time(cast, owe):
    message = owe(cast.gp.email)
    for at in (LATER, LATER + dt.timedelta(hours=1)):
        inbox_services.mark_read(message_id=message.pk, user=cast.gp, at=at)
    assert list(Reading.objects.values_list("user", "message", "at")) == [(cast.gp.pk, message.pk, LATER)]


@pytest.mark.parametrize("whose", ["another user's", "nobody's"])
def test_what_is_not_in_ones_inbox_cannot_be_read(cast, owe, as_user, whose):
    message_id = owe(cast.lead.email).pk if whose == "another user's" else uuid.uuid4()
    answer = as_user(cast.gp).post(f"/api/v1/inbox/{message_id}/read/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Reading.objects.count() == 0


def test_all_is_read_until_a_moment_and_what_is_written_later_is_not(cast, owe, as_user):
    early, late = owe(cast.gp.email, at=NOW), owe(cast.gp.email, at=NOW + dt.timedelta(minutes=2))
    answer = as_user(cast.gp).post("/api/v1/inbox/read/", {"until": "2026-11-02T09:30:00Z"})
    assert (answer.status_code, answer.json()) == (200, {"marked": 1})
    behind = owe(cast.gp.email, at=NOW - dt.timedelta(minutes=5))
    assert set(inbox.unread(inbox_of(cast.gp, at=LATER))) == {late, behind}
    assert list(Reading.objects.values_list("message", flat=True)) == [early.pk]
    assert as_user(cast.gp).post("/api/v1/inbox/read/", {"until": "2026-11-02T09:30:00Z"}).json() == {"marked": 1}


@pytest.mark.parametrize("body", [{}, {"until": "yesterday"}, {"until": None}, {"till": "2026-11-02T09:30:00Z"}])
def test_a_moment_that_is_none_is_refused(cast, owe, as_user, body):
    owe(cast.gp.email)
    assert as_user(cast.gp).post("/api/v1/inbox/read/", body).status_code == 400
    assert Reading.objects.count() == 0


def test_counting_ends_where_nobody_reads_the_number(cast, owe, monkeypatch):
    monkeypatch.setattr(counting, "MOST_COUNTED", 2)
    for _ in range(3):
        owe(cast.gp.email)
    assert count_unread(cast.gp, at=LATER) == 2


def test_who_read_what_is_forgotten_when_no_inbox_shows_it(cast, owe):
    old, new = owe(cast.gp.email), owe(cast.gp.email, at=NOW + dt.timedelta(minutes=1))
    for message in (old, new):
        inbox_services.mark_read(message_id=message.pk, user=cast.gp, at=LATER)
    assert inbox_services.forget_readings(at=NOW + inbox.SHOWN_FOR) == 1
    assert list(Reading.objects.values_list("message", flat=True)) == [new.pk]
    assert OutboxMessage.objects.count() == 2


# --- The choices over HTTP ---

AS_IT_IS = {
    "new_work": "at_once", "questions": "at_once", "news": "at_once", "reminders": "at_once", "directory": "at_once",
    "quiet_from": None, "quiet_until": None, "quiet_on_days_off": False, "version": 0,
}  # fmt: skip


def test_a_user_reads_and_changes_their_choices(cast, as_user):
    client = as_user(cast.gp)
    assert client.get("/api/v1/me/notifications/").json() == AS_IT_IS
    chosen = {"news": "daily", "quiet_from": "18:30", "quiet_until": "08:00", "quiet_on_days_off": True}
    answer = client.put("/api/v1/me/notifications/", chosen, headers={"If-Match": '"0"'})
    expected = AS_IT_IS | chosen | {"quiet_from": "18:30:00", "quiet_until": "08:00:00", "version": 1}
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (200, expected, '"1"')
    assert client.get("/api/v1/me/notifications/").json() == expected
    assert as_user(cast.lead).get("/api/v1/me/notifications/").json() == AS_IT_IS
    assert client.put("/api/v1/me/notifications/", {}, headers={"If-Match": '"0"'}).status_code == 412
    assert client.put("/api/v1/me/notifications/", {}).json() == AS_IT_IS | {"version": 2}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"news": "by_pigeon"}, "news"),
        ({"gossip": "daily"}, "gossip"),
        ({"quiet_from": "25:00", "quiet_until": "08:00"}, "quiet_from"),
        ({"quiet_from": "18:00"}, "quiet_until"),
        ({"quiet_on_days_off": "sometimes"}, "quiet_on_days_off"),
    ],
)
def test_a_choice_that_is_none_is_refused(cast, as_user, body, field):
    client = as_user(cast.gp)
    answer = client.put("/api/v1/me/notifications/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert client.get("/api/v1/me/notifications/").json() == AS_IT_IS


@pytest.mark.parametrize(
    ("who", "may_read", "may_choose"),
    [("lead", 200, 200), ("link_worker", 200, 403), ("gp", 404, 404), ("manager", 404, 404), ("outsider", 404, 404)],
)
def test_a_teams_choices_are_its_members_to_read_and_its_leads_to_make(cast, as_user, who, may_read, may_choose):
    client, path = as_user(getattr(cast, who)), f"/api/v1/teams/{cast.team.pk}/notifications/"
    assert client.get(path).status_code == may_read
    assert client.put(path, {"news": "daily"}).status_code == may_choose
    expected = {"news": "daily", "version": 1} if may_choose == 200 else {}
    assert as_user(cast.lead).get(path).json() == AS_IT_IS | expected


def test_a_team_that_is_none_has_no_choices(cast, as_user):
    assert as_user(cast.lead).get(f"/api/v1/teams/{uuid.uuid4()}/notifications/").status_code == 404
