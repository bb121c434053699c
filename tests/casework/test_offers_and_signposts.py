"""Offers to several services at once, and signposting, which is no referral."""

import datetime as dt

import pytest

from insights.gaps import count_gaps
from insights.models import NeedGap, UptakeCount
from insights.responsiveness import count_responsiveness
from insights.services import count_uptake
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Referral, ReferralEvent, Signpost, SignpostFollowUp
from services_directory.models import Service


def url(referral, what):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


@pytest.fixture(autouse=True)
def _two_days_later(time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=2), tick=False)


def everything():
    return (
        list(OnwardReferral.objects.order_by("id").values()), list(Signpost.objects.order_by("id").values()),
        SignpostFollowUp.objects.count(), ReferralEvent.objects.count(), OutboxMessage.objects.count(),
        list(Referral.objects.order_by("id").values()), list(Service.objects.order_by("id").values("people_waiting")),
    )  # fmt: skip


# --- Offers -------------------------------------------------------------------------------------------------------


def offers(*services, **more):
    return {"offers": [{"service": str(service.pk)} | more for service in services]}


def test_rose_is_offered_to_two_services_in_one_call(cast, referral_at, as_user):
    referral = referral_at("active")
    OutboxMessage.objects.all().delete()
    body = {
        "offers": [
            {"service": str(cast.visiting.pk), "handover_note": "Likes cards."},
            {"service": str(cast.walking.pk), "handover_note": "Prefers mornings."},
        ]
    }
    answer = as_user(cast.link_worker).post(url(referral, "offers"), body)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"5"')
    sent = answer.json()["onward_referrals"]
    assert [(row["service"]["name"], row["status"], row["handover_note"]) for row in sent] == [
        ("Visiting", "sent", "Likes cards."), ("Walking group", "sent", "Prefers mornings."),
    ]  # fmt: skip
    client = as_user(cast.provider)
    assert [client.get(f"/api/v1/onward-referrals/{row['reference']}/").status_code for row in sent] == [404, 200]
    told = OutboxMessage.objects.order_by("recipient").values_list("recipient", "template", "context__reference")
    assert sorted(told) == sorted([
        (cast.befriending.inbox_email, "onward_arrived", sent[0]["reference"]),
        (cast.leisure.inbox_email, "onward_arrived", sent[1]["reference"]),
    ])  # fmt: skip


def test_all_or_none_and_of_each_the_reason_is_told(cast, referral_at, as_user):
    referral = referral_at("active")
    Service.objects.filter(pk=cast.visiting.pk).update(capacity="full")
    Service.objects.filter(pk=cast.scheme.pk).update(capacity="paused")
    before = everything()
    answer = as_user(cast.link_worker).post(
        url(referral, "offers"), offers(cast.walking, cast.visiting, cast.scheme, cast.walking)
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "offers_refused")
    assert answer.json()["errors"] == {
        "offers.1.service": ["This service is full, and keeps no waiting list."],
        "offers.2.service": ["This service takes nobody at the moment."],
        "offers.3.service": ["It is already with this service."],
    }
    assert everything() == before


def test_a_leaflet_and_an_unknown_service_make_the_request_itself_wrong(cast, referral_at, as_user):
    referral = referral_at("active")
    body = offers(cast.walking, cast.leaflet)
    body["offers"].append({"service": "00000000-0000-4000-8000-000000000000"})
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "offers"), body)
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {
            "offers.1.service": ["This service takes no referrals here: signpost the person to it instead."],
            "offers.2.service": ["There is no service with this id."],
        },
    )
    assert everything() == before


@pytest.mark.parametrize(
    "body", [{}, {"offers": []}, {"offers": [{}]}, {"offers": [{"service": "x"}]}, {"offers": "all"}]
)
def test_badly_formed_offers_are_refused(cast, referral_at, as_user, body):
    referral = referral_at("active")
    before = everything()
    assert as_user(cast.link_worker).post(url(referral, "offers"), body).status_code == 400
    assert everything() == before


def test_nothing_is_offered_without_consent(cast, referral_at, as_user):
    referral = referral_at("active", consent=None)
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "offers"), offers(cast.walking, cast.visiting))
    assert (answer.status_code, sorted(answer.json()["errors"])) == (409, ["offers.0.service", "offers.1.service"])
    assert everything() == before


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("lead", "accepted", 201), ("link_worker", "active", 201), ("link_worker", "submitted", 409),
        ("link_worker", "on_hold", 409), ("link_worker", "closed", 409), ("gp", "active", 403),
        ("provider", "active", 404), ("neighbouring_link_worker", "active", 404),
    ],
)  # fmt: skip
def test_the_owning_team_offers_while_it_has_the_person_in_hand(cast, referral_at, as_user, who, status, code):
    referral = referral_at(status)
    before = everything()
    answer = as_user(getattr(cast, who)).post(url(referral, "offers"), offers(cast.walking, cast.visiting))
    assert answer.status_code == code
    assert (everything() == before) is (code != 201)


def test_a_stale_page_offers_nothing(cast, referral_at, as_user):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "offers"), offers(cast.walking), headers={"If-Match": '"2"'})
    assert answer.status_code == 412
    assert everything() == before


# --- Signposting --------------------------------------------------------------------------------------------------

TEA = {"name": "Tuesday tea club", "contact_details": "0161 496 0222", "reason": "Company near home",
       "information_given": "A leaflet, and whom to ask for.", "follow_up_on": "2026-11-20"}  # fmt: skip


def test_rose_is_told_of_the_library_which_takes_no_referrals_and_of_a_club_that_no_directory_has(
    cast, referral_at, as_user
):
    referral = referral_at("active", consent=None)  # nothing about her goes to anybody
    client = as_user(cast.link_worker)
    library = client.post(url(referral, "signposts"), {"service": str(cast.leaflet.pk), "signposted_on": "2026-11-02"})
    assert (library.status_code, library.headers["ETag"]) == (201, '"4"')
    assert library.json() == {
        "id": library.json()["id"],
        "signposted_on": "2026-11-02",
        "service": {"id": str(cast.leaflet.pk), "name": "Library"},
        "name": "Library",
        "contact_details": "",
        "reason": "",
        "information_given": "",
        "follow_up_on": None,
        "follow_up": None,
        "recorded_by": "Lou Marsh",
        "recorded_at": library.json()["recorded_at"],
    }
    club = client.post(url(referral, "signposts"), TEA).json()
    assert {name: club[name] for name in TEA} | {"service": club["service"]} == TEA | {"service": None}
    assert client.get(url(referral, "signposts")).json()["results"] == [club, library.json()]


def test_what_came_of_it_is_recorded_once(cast, referral_at, as_user):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    signpost = client.post(url(referral, "signposts"), TEA).json()
    address = url(referral, f"signposts/{signpost['id']}/follow-up")
    answer = client.post(address, {"result": "used", "note": "Twice."})
    heard = answer.json()["follow_up"]
    assert (answer.status_code, heard["result"], heard["note"], heard["recorded_by"]) == (
        201, "used", "Twice.", "Lou Marsh",
    )  # fmt: skip
    assert client.get(url(referral, "signposts")).json()["results"] == [answer.json()]
    before = everything()
    again = client.post(address, {"result": "not_used"})
    assert (again.status_code, again.json()["code"]) == (409, "already_followed_up")
    assert (
        client.post(url(referral_at("active"), f"signposts/{signpost['id']}/follow-up"), {"result": "used"}).status_code
        == 404
    )
    assert client.post(address, {"result": "liked"}).status_code == 400
    assert everything()[1:3] == before[1:3]


def figures(at):
    count_uptake(at=at)
    count_gaps(at=at)
    count_responsiveness(at=at)
    uptake = [{name: value for name, value in row.items() if name not in {"id", "counted_at"}} for row in
              UptakeCount.objects.order_by("month", "service", "id").values()]  # fmt: skip
    gaps = [(gap.term_id, gap.neighbourhood, gap.asked, gap.nothing_near) for gap in NeedGap.objects.order_by("id")]
    waiting = list(Service.objects.order_by("id").values("id", "places_taken", "people_waiting"))
    return uptake, gaps, waiting, OnwardReferral.objects.count()


def test_signposting_is_counted_nowhere_as_a_referral(cast, onward_at, as_user, now):
    at = now + dt.timedelta(days=3)
    referral = onward_at("started").referral
    before, messages = figures(at), OutboxMessage.objects.count()
    assert before[0] != []
    client = as_user(cast.link_worker)
    for target in ({"service": str(cast.walking.pk)}, {"service": str(cast.visiting.pk)}, TEA):
        assert client.post(url(referral, "signposts"), target).status_code == 201
    assert figures(at) == before
    assert OutboxMessage.objects.count() == messages
    seen = client.get(f"/api/v1/referrals/{referral.reference}/").json()
    assert [row["service"]["name"] for row in seen["onward_referrals"]] == ["Walking group"]
    events = ReferralEvent.objects.filter(kind="signposted")
    assert [(event.onward_referral, event.details, event.snomed_code) for event in events] == [(None, {}, "")] * 3


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, 400, "name"),
        ({"name": " "}, 400, "name"),
        ({"name": "x" * 151}, 400, "name"),
        (TEA | {"signposted_on": "2026-11-05"}, 400, "signposted_on"),
        (TEA | {"signposted_on": "1926-11-01"}, 400, "signposted_on"),
        (TEA | {"follow_up_on": "2026-11-03"}, 400, "follow_up_on"),
        (TEA | {"consent": True}, 400, "consent"),
        ({"service": "00000000-0000-4000-8000-000000000000"}, 404, None),
    ],
)
def test_a_signpost_to_nothing_is_none(cast, referral_at, as_user, body, code, field):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "signposts"), body)
    assert (answer.status_code, list(answer.json().get("errors", []))) == (code, [field] if field else [])
    assert everything() == before


def test_a_service_and_a_name_would_be_two_targets(cast, referral_at, as_user):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "signposts"), TEA | {"service": str(cast.leaflet.pk)})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["name"])
    assert everything() == before


WHO = {"link_worker": (201, 200), "lead": (201, 200), "gp": (403, 403), "provider": (404, 404),
       "neighbouring_link_worker": (404, 404), "outsider": (404, 404)}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_signposting_is_the_owning_teams(cast, onward_at, as_user, who):
    referral = onward_at("started").referral
    before = everything()
    client, (writes, reads) = as_user(getattr(cast, who)), WHO[who]
    assert client.post(url(referral, "signposts"), TEA | {"follow_up_on": None}).status_code == writes
    assert (everything() == before) is (writes != 201)
    assert client.get(url(referral, "signposts")).status_code == reads


@pytest.mark.parametrize("status", ["closed", "rejected", "withdrawn"])
def test_nothing_is_added_after_the_end(cast, referral_at, as_user, status):
    referral = referral_at(status)
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral, "signposts"), {"name": "Tuesday tea club"})
    assert (answer.status_code, answer.json()["code"]) == (409, "referral_ended")
    assert everything() == before
