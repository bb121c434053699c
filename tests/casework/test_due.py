"""What is due: one list, worked out from where things stand, and what somebody wrote down."""

import datetime as dt
from dataclasses import replace
from itertools import chain

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from referrals.enums import TaskKind
from referrals.models import CaseTask, DueTask, Referral, ReferralEvent
from tests.stage import ROSE

LIST = "/api/v1/tasks/"


def url(referral, what="tasks"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


@pytest.fixture(autouse=True)
def _wednesday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 4, 9, 30, tzinfo=dt.UTC), tick=False)


def due(client, query=""):
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return [(row["kind"], row["due_on"], row["referral"]) for row in answer.json()["results"]]


def everything():
    return (
        list(CaseTask.objects.order_by("id").values()), ReferralEvent.objects.count(),
        list(Referral.objects.order_by("id").values()),
    )  # fmt: skip


# --- Each kind ----------------------------------------------------------------------------------------------------

KINDS = {
    "deferred": ("discharge", "2026-11-10"),
    "submitted": ("triage", "2026-11-04"),
    "information_requested": ("answer_awaited", "2026-11-09"),
    "accepted": ("first_contact", "2026-11-09"),
    "active": ("next_action", "2026-11-30"),
    "on_hold": ("hold_ends", "2026-12-01"),
}


@pytest.mark.parametrize("status", KINDS)
def test_each_open_referral_is_due_once_for_the_reason_of_where_it_stands(cast, referral_at, as_user, status):
    referral = referral_at(status)
    (row,) = due(as_user(cast.lead))
    assert row == (*KINDS[status], referral.reference)


@pytest.mark.parametrize("status", ["draft", "closed", "rejected", "redirected", "withdrawn", "entered_in_error"])
def test_a_draft_and_what_has_ended_are_due_for_nobody(cast, referral_at, as_user, status):
    referral_at(status)
    assert due(as_user(cast.lead)) == []


def test_a_row_says_what_who_and_by_when(cast, referral_at, as_user, time_machine):
    referral = referral_at("accepted")
    time_machine.move_to(dt.datetime(2026, 11, 10, 9, 30, tzinfo=dt.UTC), tick=False)
    assert as_user(cast.link_worker).get(LIST).json()["results"] == [
        {
            "kind": "first_contact",
            "title": "Make the first contact",
            "due_on": "2026-11-09",
            "turn": "team",
            "is_overdue": True,
            "is_breached": False,
            "referral": referral.reference,
            "person": "OKAFOR, Rose",
            "team": "Vale link workers",
            "assigned_to": {"id": str(cast.link_worker.pk), "full_name": "Lou Marsh"},
            "onward_referral": "",
            "id": None,
            "suggested_step": None,
        }
    ]


def test_an_answer_of_the_referrer_makes_it_the_teams_turn(cast, referral_at, as_user):
    referral = referral_at("information_requested")
    as_user(cast.gp).post(url(referral, "provide-information"), {"note": "Yes, a frame."})
    assert due(as_user(cast.link_worker)) == [("answer_received", "2026-11-06", referral.reference)]


def test_a_question_of_a_provider_is_due_beside_the_case(cast, onward_at, as_user):
    onward = onward_at("information_requested")
    rows = as_user(cast.link_worker).get(LIST).json()["results"]
    assert [(row["kind"], row["due_on"], row["onward_referral"]) for row in rows] == [
        ("next_action", "2026-11-02", ""), ("provider_question", "2026-11-09", onward.reference),
    ]  # fmt: skip
    as_user(cast.link_worker).post(
        f"/api/v1/onward-referrals/{onward.reference}/provide-information/", {"note": "Any."}
    )
    assert [kind for kind, *_ in due(as_user(cast.link_worker))] == ["next_action"]


def test_a_question_of_a_provider_waits_with_the_case_and_is_due_again_with_it(cast, onward_at, as_user):
    onward = onward_at("information_requested")
    client = as_user(cast.link_worker)
    held = client.post(url(onward.referral, "hold"), {"reason": "away", "until": "2026-12-01"})
    assert held.status_code == 200
    assert [kind for kind, *_ in due(client)] == ["hold_ends"]
    assert client.post(url(onward.referral, "resume"), {}).status_code == 200
    assert {kind for kind, *_ in due(client)} == {"next_action", "provider_question"}


def test_from_the_first_contact_to_a_case_that_asks_to_be_closed(cast, referral_at, as_user, time_machine):
    rose = referral_at("accepted", person=replace(ROSE, telephone="07700 900123"))
    client = as_user(cast.link_worker)
    seen = []
    for day, mechanism in ((4, "02"), (6, "02"), (10, "06")):
        time_machine.move_to(dt.datetime(2026, 11, day, 10, tzinfo=dt.UTC), tick=False)
        client.post(url(rose, "contacts"), {"mechanism": mechanism, "outcome": "no_answer"})
        seen += [(kind, on) for kind, on, _ in due(client)]
    assert seen == [("next_try", "2026-11-06"), ("next_try", "2026-11-10"), ("close_unreached", "2026-11-12")]
    (row,) = client.get(LIST).json()["results"]
    assert row["suggested_step"] == {"step": "close", "outcome": "unable_to_contact"}
    client.post(url(rose, "contacts"), {"mechanism": "02", "outcome": "spoke"})
    assert due(client) == [("next_action", "2026-11-10", rose.reference)]


def test_a_signpost_is_due_until_it_is_followed_up(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    client.post(url(referral, "signposts"), {"name": "Tuesday tea club"})  # nobody wants to hear of it
    signpost = client.post(url(referral, "signposts"), {"name": "Choir", "follow_up_on": "2026-11-20"}).json()["id"]
    first = client.get(LIST).json()["results"][0]
    assert (first["kind"], first["due_on"], first["id"]) == ("signpost_follow_up", "2026-11-20", signpost)
    client.post(url(referral, f"signposts/{signpost}/follow-up"), {"result": "used"})
    assert [kind for kind, *_ in due(client)] == ["next_action"]


def test_of_a_plan_only_the_latest_version_is_to_be_reviewed(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    plan = {"needs": [{"words": "Company", "goals": [{"in_own_words": "Tea with somebody"}]}],
            "agreement": {"with_whom": "person"}, "review_on": "2026-11-10"}  # fmt: skip
    client.put(url(referral, "plan"), plan)
    client.put(url(referral, "plan"), plan | {"review_on": "2026-11-12"}, headers={"If-Match": '"1"'})
    assert due(client, "?kind=plan_review") == [("plan_review", "2026-11-12", referral.reference)]
    client.put(url(referral, "plan"), plan | {"review_on": None}, headers={"If-Match": '"2"'})
    assert due(client, "?kind=plan_review") == []


# --- By hand ------------------------------------------------------------------------------------------------------


def test_lou_writes_down_what_nothing_else_says_and_lena_does_it(cast, referral_at, as_user):
    referral = referral_at("active")
    lou, lena = as_user(cast.link_worker), as_user(cast.lead)
    made = lou.post(
        url(referral), {"title": "Post the bus pass form", "due_on": "2026-11-06", "assigned_to": str(cast.lead.pk)}
    )
    assert (made.status_code, made.headers["ETag"]) == (201, '"4"')
    task = made.json()
    assert task == {
        "id": task["id"],
        "title": "Post the bus pass form",
        "due_on": "2026-11-06",
        "assigned_to": {"id": str(cast.lead.pk), "full_name": "Lena Head"},
        "recorded_by": "Lou Marsh",
        "recorded_at": "2026-11-04T09:30:00Z",
        "done_by": "",
        "done_at": None,
    }
    first = lena.get(LIST + "?mine=true").json()["results"][0]
    assert (first["kind"], first["title"], first["id"]) == ("by_hand", "Post the bus pass form", task["id"])
    assert [kind for kind, *_ in due(lou, "?mine=true")] == ["next_action"]
    done = lena.post(url(referral, f"tasks/{task['id']}/done"))
    assert (done.status_code, done.json()) == (200, task | {"done_by": "Lena Head", "done_at": "2026-11-04T09:30:00Z"})
    assert due(lena, "?kind=by_hand") == []
    assert lou.get(url(referral)).json()["results"] == [done.json()]
    before = everything()
    again = lou.post(url(referral, f"tasks/{task['id']}/done"))
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    assert lou.post(url(referral_at("active"), f"tasks/{task['id']}/done")).status_code == 404
    assert everything()[0] == before[0]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"due_on": "2026-11-03"}, "due_on"),
        ({"due_on": None}, "due_on"),
        ({"assigned_to": "00000000-0000-4000-8000-000000000000"}, "assigned_to"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_task_that_cannot_be_so_is_refused(cast, referral_at, as_user, change, field):
    referral = referral_at("active")
    before = everything()
    body = {"title": "Ring the council", "due_on": "2026-11-06"} | change
    answer = as_user(cast.link_worker).post(url(referral), body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert everything() == before


def test_a_task_is_for_nobody_outside_the_team(cast, referral_at, as_user):
    referral = referral_at("active")
    before = everything()
    for user in (cast.neighbouring_link_worker, cast.gp, cast.provider):
        body = {"title": "Ring the council", "due_on": "2026-11-06", "assigned_to": str(user.pk)}
        answer = as_user(cast.link_worker).post(url(referral), body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["assigned_to"])
    assert everything() == before


@pytest.mark.parametrize(("who", "code"), [("gp", 403), ("provider", 404), ("outsider", 404)])
def test_others_neither_write_tasks_nor_do_them(cast, onward_at, as_user, who, code):
    referral = onward_at("started").referral
    lou = as_user(cast.link_worker)
    task = lou.post(url(referral), {"title": "Ring", "due_on": "2026-11-06"}).json()["id"]
    before = everything()
    client = as_user(getattr(cast, who))
    assert [
        client.post(url(referral), {"title": "Ring", "due_on": "2026-11-06"}).status_code,
        client.post(url(referral, f"tasks/{task}/done")).status_code,
        client.get(url(referral)).status_code,
    ] == [code] * 3
    assert everything() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE referrals_casetask SET done_at = NULL, done_by_id = NULL",
        "UPDATE referrals_casetask SET title = 'Other'",
        "DELETE FROM referrals_casetask",
    ],
)
def test_what_was_done_stays_done(cast, referral_at, as_user, statement):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    task = client.post(url(referral), {"title": "Ring", "due_on": "2026-11-06"}).json()["id"]
    client.post(url(referral, f"tasks/{task}/done"))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- The list -----------------------------------------------------------------------------------------------------


def test_each_team_sees_its_own_and_a_referrer_and_a_provider_nothing(cast, referral_at, onward_at, as_user):
    ours = referral_at("submitted")
    theirs = referral_at("submitted", team_id=cast.neighbouring_team.pk)
    hub = referral_at("submitted", team_id=None, service_id=cast.scheme.pk)
    assert [reference for *_, reference in due(as_user(cast.link_worker))] == [ours.reference]
    assert [reference for *_, reference in due(as_user(cast.neighbouring_link_worker))] == [theirs.reference]
    assert [reference for *_, reference in due(as_user(cast.hub_worker))] == [hub.reference]
    for user in (cast.gp, cast.provider, cast.manager, cast.outsider):
        assert due(as_user(user)) == []


def test_nobody_reads_it_without_signing_in(client, db):
    assert client.get(LIST).status_code == 401


def test_mine_overdue_kind_day_and_team(cast, referral_at, as_user, time_machine):
    new, taken = referral_at("submitted"), referral_at("accepted")
    lou = as_user(cast.link_worker)
    time_machine.move_to(dt.datetime(2026, 11, 9, 9, 30, tzinfo=dt.UTC), tick=False)

    def found(query):
        return [reference for *_, reference in due(lou, query)]

    assert found("") == [new.reference, taken.reference]
    assert found("?mine=true") == [taken.reference]
    assert found("?mine=false") == [new.reference]
    assert found("?overdue=true") == [new.reference]
    assert found("?overdue=false") == [taken.reference]  # due today is not overdue
    assert found("?kind=triage") == [new.reference]
    assert found("?kind=triage&kind=first_contact&due_by=2026-11-08") == [new.reference]
    assert found(f"?team={cast.team.pk}") == [new.reference, taken.reference]
    assert found(f"?team={cast.neighbouring_team.pk}") == []
    assert [lou.get(LIST + bad).status_code for bad in ("?kind=tea", "?due_by=soon", "?team=x")] == [400] * 3


def test_pages_show_each_task_once_also_of_one_day(cast, referral_at, as_user):
    references = sorted(referral_at("submitted").reference for _ in range(5))
    client, found, address = as_user(cast.link_worker), [], LIST + "?page_size=2"
    while address:
        page = client.get(address).json()
        found += [row["referral"] for row in page["results"]]
        address = page["next"]
    assert sorted(found) == references


def test_one_query_whatever_it_is_due_for(cast, referral_at, onward_at, as_user):
    client = as_user(cast.link_worker)

    def queries():
        client.handler._force_user = type(cast.link_worker).objects.get(pk=cast.link_worker.pk)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    referral_at("submitted")
    assert queries() == 3  # whose teams; up to which day there is enough; the list
    onward_at("information_requested")
    referral = referral_at("active")
    client.post(url(referral), {"title": "Ring", "due_on": "2026-11-06"})
    client.post(url(referral, "signposts"), {"name": "Choir", "follow_up_on": "2026-11-20"})
    assert queries() == 3


def test_the_most_urgent_come_first_however_few_days_are_read_for_a_page(cast, referral_at, as_user, monkeypatch):
    """Windows of one line: so a page needs several, and what is left out by a filter is looked for beyond the first."""
    monkeypatch.setattr("referrals.selectors.due.WINDOWS", (1, 2))
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    days = [dt.date(2026, 11, day) for day in (9, 5, 5, 27, 12, 5, 20)]
    for number, day in enumerate(days):
        client.post(url(referral, "tasks"), {"title": f"Task {number}", "due_on": day.isoformat()})
    case = Referral.objects.get().next_action_on
    assert case is not None
    expected = sorted([*days, case])

    def walk(address, link):
        """Every page of that way, and the address of the last one."""
        pages, last = [], address
        while address:
            page = client.get(address).json()
            pages.append([line["due_on"] for line in page["results"]])
            last, address = address, page[link]
        return pages, last

    forwards, last = walk(f"{LIST}?page_size=3", "next")
    assert list(chain(*forwards)) == [day.isoformat() for day in expected]
    assert walk(last, "previous")[0] == forwards[::-1]
    by_hand, _ = walk(f"{LIST}?page_size=3&kind=by_hand", "next")
    assert list(chain(*by_hand)) == [day.isoformat() for day in sorted(days)]
    assert client.get(f"{LIST}?kind=clearance").json()["results"] == []


def test_every_kind_that_the_view_names_has_words(cast, referral_at, onward_at):
    for status in KINDS:
        referral_at(status)
    onward_at("information_requested")
    assert set(DueTask.objects.values_list("kind", flat=True)) <= set(TaskKind.values)


def test_who_leaves_the_team_sees_nothing_of_it_any_more(cast, referral_at, as_user):
    referral_at("submitted")
    Membership.objects.filter(user=cast.link_worker).delete()
    assert due(as_user(cast.link_worker)) == []
