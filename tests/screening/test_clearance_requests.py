"""A clearance is asked of a named professional, waited for, and comes, or does not.

Rose's blood pressure is 185/105. The walking group takes nobody so until a doctor clears it: her link worker
writes to her GP, Dr Amara Shah.
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from notifications.models import OutboxMessage
from referrals.models import Clearance, ClearanceRequest, DueTask, Referral, ReferralEvent, RetentionProposal
from referrals.services.retention import forget, propose_forgetting
from referrals.services.subject_access import everything_on
from tests.stage import fresh

HIGH = {"code": "blood_pressure", "value": 185, "second_value": 105, "observed_on": "2026-11-02"}
ASKED = {
    "codes": ["blood_pressure"], "professional_name": "Dr Amara Shah", "professional_role": "GP",
    "professional_organization": "Vale Practice", "mechanism": "letter", "due_on": "2026-11-17",
}  # fmt: skip
CLEARED = {
    "code": "blood_pressure", "is_cleared": True, "professional_name": "Dr Amara Shah", "professional_role": "GP",
    "decided_on": "2026-11-03",
}  # fmt: skip
TASKS = "/api/v1/tasks/?kind=clearance"


def url(onward, what="clearance-requests"):
    return f"/api/v1/referrals/{onward.referral.reference}/{what}/"


def etag(client, onward):
    """The referral's, as it now is."""
    return client.get(f"/api/v1/referrals/{onward.referral.reference}/").headers["ETag"]


def ends(client, onward, status, number=None):
    number = number or ClearanceRequest.objects.get().pk
    return client.post(f"{url(onward)}{number}/end/", {"status": status})


def it_ends(as_user, cast, onward):
    """The group turns Rose away, and the case is closed."""
    turned_away = as_user(cast.provider).post(
        f"/api/v1/onward-referrals/{onward.reference}/decline/", {"reason": "at_capacity"}
    )
    closed = as_user(cast.link_worker).post(url(onward, "close"), {"outcome": "goals_met"})
    assert (turned_away.status_code, closed.status_code) == (200, 200)


@pytest.fixture
def high(cast, sent, as_user):
    """Rose, whose reading the practice has recorded."""
    assert as_user(cast.gp).post(url(sent, "observations"), {"observations": [HIGH]}).status_code == 201
    return sent


def test_the_link_worker_writes_to_the_gp_waits_and_the_group_takes_rose_up(cast, high, as_user, time_machine):
    link_worker, provider = as_user(cast.link_worker), as_user(cast.provider)
    accept = f"/api/v1/onward-referrals/{high.reference}/accept/"
    assert provider.post(accept, {}).json()["code"] == "clearance_required"
    messages = OutboxMessage.objects.count()

    # Asked, and read back
    answer = link_worker.post(url(high), ASKED)
    assert (answer.status_code, answer.headers["ETag"]) == (201, etag(link_worker, high))
    (asked,) = answer.json()["clearance_requests"]
    assert asked == {
        "id": asked["id"],
        "code": "blood_pressure",
        "status": "open",
        "professional_name": "Dr Amara Shah",
        "professional_role": "GP",
        "professional_organization": "Vale Practice",
        "mechanism": "letter",
        "due_on": "2026-11-17",
        "requested_by": "Lou Marsh",
        "requested_at": "2026-11-03T09:30:00Z",
        "is_cleared": None,
        "ended_by": "",
        "ended_at": None,
    }
    assert link_worker.get(url(high)).json()["results"] == [asked]

    # It is due, it is named where the question is, and the timeline tells nothing of what or of whom
    assert [(row["due_on"], row["referral"], row["id"]) for row in link_worker.get(TASKS).json()["results"]] == [
        ("2026-11-17", high.referral.reference, asked["id"])
    ]
    screening = f"/api/v1/onward-referrals/{high.reference}/screening/"
    assert link_worker.get(screening).json()["questions"][0]["clearance_request"] == asked
    assert provider.get(screening).json()["questions"][0]["clearance_request"] is None
    event = ReferralEvent.objects.latest("sequence")
    assert (event.kind, event.details) == ("clearance_requested", {"count": 1, "due_on": "2026-11-17"})
    assert [word for word in ("blood", "Shah", "Vale") if word in event.hashed_text] == []
    assert OutboxMessage.objects.count() == messages

    # To have asked is no clearance
    assert provider.post(accept, {}).json()["code"] == "clearance_required"

    # It comes, a day later: the request is decided, nothing is due, and the group goes on
    time_machine.move_to(dt.datetime(2026, 11, 4, 9, 30, tzinfo=dt.UTC), tick=False)
    assert link_worker.post(url(high, "clearances"), CLEARED).status_code == 201
    (row,) = link_worker.get(url(high)).json()["results"]
    assert row == asked | {
        "status": "decided", "is_cleared": True, "ended_by": "Lou Marsh", "ended_at": "2026-11-04T09:30:00Z",
    }  # fmt: skip
    assert link_worker.get(TASKS).json()["results"] == []
    assert provider.post(accept, {}).status_code == 200


def test_a_decision_against_has_been_decided_too(cast, high, as_user):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    link_worker.post(url(high, "clearances"), CLEARED | {"is_cleared": False})
    (row,) = link_worker.get(url(high)).json()["results"]
    assert (row["status"], row["is_cleared"]) == ("decided", False)


def test_a_decision_about_something_else_is_waited_beside(cast, high, as_user):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    link_worker.post(url(high, "clearances"), CLEARED | {"code": "falls_risk"})
    assert ClearanceRequest.objects.get().status == "open"


def test_the_practice_asks_a_fee_and_will_not_decide_so_a_consultant_is_asked(cast, high, as_user):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    answer = ends(link_worker, high, "refused")
    assert (answer.status_code, answer.json()["status"], answer.json()["ended_by"]) == (200, "refused", "Lou Marsh")
    event = ReferralEvent.objects.latest("sequence")
    assert (event.kind, event.details) == ("clearance_request_ended", {"status": "refused"})
    assert DueTask.objects.filter(kind="clearance").count() == 0
    another = ASKED | {"professional_name": "Dr Ola Berg", "professional_role": "Consultant"}
    assert link_worker.post(url(high), another).status_code == 201
    assert [row["status"] for row in link_worker.get(url(high)).json()["results"]] == ["open", "refused"]


def test_one_letter_can_ask_two_questions_and_each_is_decided_by_itself(cast, high, as_user):
    link_worker = as_user(cast.link_worker)
    made = link_worker.post(url(high), ASKED | {"codes": ["blood_pressure", "falls_risk"]}).json()
    assert [row["code"] for row in made["clearance_requests"]] == ["blood_pressure", "falls_risk"]
    link_worker.post(url(high, "clearances"), CLEARED)
    assert dict(ClearanceRequest.objects.values_list("code", "status")) == {
        "blood_pressure": "decided", "falls_risk": "open",
    }  # fmt: skip


# --- Who may ---------------------------------------------------------------------------------------------------------

MAY = {
    # who: reads, asks, ends
    "gp": (200, 403, 403),
    "link_worker": (200, 201, 200),
    "lead": (200, 201, 200),
    "provider": (404, 404, 404),
    "discharge_nurse": (404, 404, 404),
    "befriender": (404, 404, 404),
    "hub_worker": (404, 404, 404),
    "neighbouring_link_worker": (404, 404, 404),
    "manager": (404, 404, 404),
    "editor": (404, 404, 404),
    "outsider": (404, 404, 404),
}


@pytest.mark.parametrize("who", MAY)
def test_who_reads_asks_and_ends(cast, high, as_user, everything, who):
    as_user(cast.link_worker).post(url(high), ASKED | {"codes": ["falls_risk"]})
    number, client, before = ClearanceRequest.objects.get().pk, as_user(getattr(cast, who)), everything()
    codes = (
        client.get(url(high)).status_code,
        client.post(url(high), ASKED).status_code,
        ends(client, high, "withdrawn", number).status_code,
    )
    assert codes == MAY[who]
    assert (everything() == before) is (codes[1] != 201)


# --- What is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"codes": []}, "codes"),
        ({"codes": ["blood_pressure", "blood_pressure"]}, "codes"),
        ({"codes": ["shoe_size"]}, "codes.0"),
        ({"professional_name": "  "}, "professional_name"),
        ({"professional_role": ""}, "professional_role"),
        ({"professional_organization": ""}, "professional_organization"),
        ({"mechanism": "pigeon"}, "mechanism"),
        ({"due_on": "2026-11-02"}, "due_on"),
        ({"due_on": "2029-11-02"}, "due_on"),
    ],
)
def test_nobody_is_asked_nothing_or_by_a_day_that_cannot_be(cast, high, as_user, everything, change, where):
    before = everything()
    refused = as_user(cast.link_worker).post(url(high), ASKED | change)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [where])
    assert everything() == before


def test_what_somebody_has_been_asked_nobody_else_is_until_that_has_ended(cast, high, as_user, everything):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    before = everything()
    refused = link_worker.post(url(high), ASKED | {"codes": ["falls_risk", "blood_pressure"]})
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "already_asked", before)


def test_a_request_ends_once_and_a_decision_is_no_such_end(cast, high, as_user, everything):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    before = everything()
    assert ends(link_worker, high, "decided").status_code == 400
    assert ends(link_worker, high, "withdrawn", 10**15).status_code == 404
    assert everything() == before
    assert ends(link_worker, high, "withdrawn").status_code == 200
    before = everything()
    refused = ends(link_worker, high, "refused")
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "request_ended", before)


def test_a_stale_page_asks_nobody(cast, high, as_user, everything):
    before = everything()
    refused = as_user(cast.link_worker).post(url(high), ASKED, headers={"If-Match": '"99"'})
    assert (refused.status_code, everything()) == (412, before)


def test_after_the_end_nobody_is_asked_and_what_was_asked_is_due_no_more(cast, high, as_user, everything):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    assert (
        "request_clearance"
        in link_worker.get(f"/api/v1/referrals/{high.referral.reference}/").json()["available_actions"]
    )
    it_ends(as_user, cast, high)
    before = everything()
    refused = link_worker.post(url(high), ASKED | {"codes": ["falls_risk"]})
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "referral_ended", before)
    assert link_worker.get(TASKS).json()["results"] == []
    assert ends(link_worker, high, "withdrawn").status_code == 200


# --- What is kept, goes along, is handed out and is forgotten --------------------------------------------------------


def test_the_next_team_waits_for_what_was_asked_and_not_for_what_has_ended(cast, referral_at, as_user):
    referral = referral_at("submitted")
    address = f"/api/v1/referrals/{referral.reference}/"
    link_worker = as_user(cast.link_worker)
    for code in ("falls_risk", "blood_pressure"):
        assert link_worker.post(f"{address}clearance-requests/", ASKED | {"codes": [code]}).status_code == 201
    link_worker.post(f"{address}clearances/", CLEARED)
    on = {"reason": "out_of_area", "to_team": str(cast.neighbouring_team.pk)}
    assert link_worker.post(f"{address}redirect/", on).status_code == 200
    arrived = Referral.objects.get(redirected_from=referral)
    neighbour = as_user(cast.neighbouring_link_worker)
    (row,) = neighbour.get(f"/api/v1/referrals/{arrived.reference}/clearance-requests/").json()["results"]
    assert (row["code"], row["status"], row["requested_by"], row["professional_name"]) == (
        "falls_risk", "open", "Lou Marsh", "Dr Amara Shah",
    )  # fmt: skip
    assert [task["referral"] for task in neighbour.get(TASKS).json()["results"]] == [arrived.reference]
    assert link_worker.get(TASKS).json()["results"] == []


def refused(match):
    return pytest.raises(DatabaseError, match=match)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE referrals_clearancerequest SET professional_name = 'Dr No'",
        "UPDATE referrals_clearancerequest SET due_on = due_on + 1",
        "UPDATE referrals_clearancerequest SET code = 'asthma'",
        "DELETE FROM referrals_clearancerequest",
        "SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE referrals_clearancerequest ENABLE TRIGGER "
        "clearance_request_no_truncate; TRUNCATE referrals_clearancerequest CASCADE",
    ],
)
@pytest.mark.parametrize("has_ended", [False, True])
def test_who_was_asked_what_is_neither_changed_nor_removed(cast, high, as_user, statement, has_ended):
    as_user(cast.link_worker).post(url(high), ASKED)
    if has_ended:
        ends(as_user(cast.link_worker), high, "refused")
    before = list(ClearanceRequest.objects.values())
    with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
        for each in statement.split("; "):
            cursor.execute(each)
    assert list(ClearanceRequest.objects.values()) == before


def test_what_has_ended_is_not_opened_again(cast, high, as_user):
    as_user(cast.link_worker).post(url(high), ASKED)
    ends(as_user(cast.link_worker), high, "refused")
    with refused("append-only"), transaction.atomic():
        ClearanceRequest.objects.update(status="open", ended_by=None, ended_at=None)
    assert ClearanceRequest.objects.get().status == "refused"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"professional_name": ""}, "clearance_request_names_the_professional"),
        ({"mechanism": "pigeon"}, "clearance_request_mechanism_known"),
        ({"status": "refused"}, "clearance_request_ends_one_way"),
        ({"status": "perhaps"}, "clearance_request_ends_one_way"),
        ({"status": "decided", "is_ended": True}, "clearance_request_ends_one_way"),
        ({"is_ended": True}, "clearance_request_ends_one_way"),
    ],
)
def test_the_database_refuses_a_request_that_is_none(cast, referral_at, now, change, constraint):
    row = ASKED | {"code": "falls_risk", "requested_by": cast.link_worker, "requested_at": now} | change
    row.pop("codes")
    if row.pop("is_ended", False):
        row |= {"ended_by": cast.lead, "ended_at": now}
    referral = referral_at("active")
    with refused(constraint), transaction.atomic():
        ClearanceRequest.objects.create(referral=referral, **row)


def test_the_person_is_told_who_was_asked_and_it_is_forgotten_with_the_referral(cast, high, as_user, now):
    link_worker = as_user(cast.link_worker)
    link_worker.post(url(high), ASKED)
    link_worker.post(url(high, "clearances"), CLEARED)
    file = everything_on(Referral.objects.get().person)
    (row,) = {section["title"]: section["rows"] for section in file["sections"]}[
        "Which professionals were asked to decide"
    ]
    assert (row["professional name"], row["professional organization"], row["status"]) == (
        "Dr Amara Shah", "Vale Practice", "Decided: there is a clearance",
    )  # fmt: skip
    it_ends(as_user, cast, high)
    later = now + dt.timedelta(days=3000)
    propose_forgetting(at=later)
    forget(proposal=RetentionProposal.objects.get(), actor=Actor(fresh(cast.lead)), at=later)
    assert (ClearanceRequest.objects.count(), Clearance.objects.count()) == (0, 0)


def test_a_list_costs_as_many_queries_for_four_requests_as_for_one(cast, high, as_user):
    link_worker = as_user(cast.link_worker)

    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert link_worker.get(url(high)).status_code == 200
        return len(seen)

    link_worker.post(url(high), ASKED)
    link_worker.post(url(high, "clearances"), CLEARED)
    before = queries()
    for code in ("falls_risk", "unstable_angina", "asthma"):
        link_worker.post(url(high), ASKED | {"codes": [code]})
        link_worker.post(url(high, "clearances"), CLEARED | {"code": code})
    assert queries() == before
    assert before <= 4
