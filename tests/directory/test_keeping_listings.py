"""Providers keep their own listings; a directory editor decides what changes who may be referred."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from notifications.models import OutboxMessage
from services_directory.listing.document import document_of
from services_directory.models import (
    Feed,
    ListingChange,
    ListingProposal,
    Location,
    Organization,
    Postcode,
    Service,
    Verification,
)
from services_directory.services import load_rule_sets

pytestmark = pytest.mark.django_db

PROPOSALS = "/api/v1/directory/proposals/"
NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def pat(cast, as_user):
    return as_user(cast.provider)


@pytest.fixture
def edie(cast, as_user):
    return as_user(cast.editor)


@pytest.fixture
def walking(cast):
    """The walking group, as its provider would describe it: a page of its own for an organisation of its own."""
    organization = Organization.objects.create(name="Walkers of the Vale")
    Service.objects.filter(pk=cast.walking.pk).update(
        description="An easy walk, and tea afterwards.", organization=organization, minimum_age=18
    )
    hall = Location.objects.create(name="The Hall", latitude=53.41, longitude=-2.157)
    hall.addresses.create(address_1="1 High Street", city="Stockport", postal_code="SK1 3XE", country="GB")
    at = cast.walking.service_at_locations.create(location=hall)
    at.schedules.create(freq="WEEKLY", byday="MO", opens_at="10:00", closes_at="11:00", dtstart="2026-01-05")
    cast.walking.cost_options.create(option="Everybody", amount=2)
    return url(cast.walking)


def url(service):
    return f"/api/v1/services/{service.pk}/"


def history(client, listing):
    answer = client.get(f"{listing}history/")
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def no_trace():
    """Whether nothing was changed, proposed or owed."""
    return not (ListingChange.objects.exists() or ListingProposal.objects.exists() or OutboxMessage.objects.exists())


# --- What takes effect at once -----------------------------------------------------------------------------


def test_pat_moves_the_walk_to_an_hour_later_and_it_is_so_at_once(cast, pat, as_user, walking):
    page = pat.get(walking)
    place = page.json()["service_at_locations"][0]
    place["schedules"][0] |= {"opens_at": "11:00", "closes_at": "12:00"}

    answer = pat.patch(walking, {"service_at_locations": [place]}, headers={"If-Match": page.headers["ETag"]})

    assert (answer.status_code, answer.headers["ETag"], answer.json()["pending"]) == (200, '"2"', None)
    seen = as_user(cast.gp).get(walking).json()
    assert [
        (one["id"], one["opens_at"], one["closes_at"], one["byday"])
        for one in seen["service_at_locations"][0]["schedules"]
    ] == [(place["schedules"][0]["id"], "11:00:00", "12:00:00", "MO")]
    (change,) = history(pat, walking)
    before, after = (change["changes"][0][when][0]["schedules"][0] for when in ("before", "after"))
    assert (change["version"], change["kind"], change["side"], change["who"], change["occurred_at"]) == (
        2, "edit", "provider", "Pat Active", "2026-11-02T09:30:00Z",
    )  # fmt: skip
    assert [one["field"] for one in change["changes"]] == ["service_at_locations"]
    assert (before["opens_at"], after["opens_at"]) == ("10:00", "11:00")
    assert not OutboxMessage.objects.exists()


def test_what_is_read_can_be_sent_back_and_changes_nothing(cast, pat, walking):
    for name, description in (("A", "z"), ("Z", "a")):
        place = Location.objects.create(name=name)
        cast.walking.service_at_locations.create(location=place, description=description)
        cast.walking.phones.create(number="0161 496 0111", description=name)
    read = pat.get(walking).json()
    names = (
        "name", "organization", "description", "alternate_name", "url", "email", "status", "alert", "fees",
        "fees_description", "accreditations", "licenses", "minimum_age", "maximum_age", "eligibility_description",
        "application_process", "interpretation_services", "wait_time", "referral_route", "takes_direct_referrals",
        "capacity", "first_contact_by", "programme_length_weeks", "review_points_weeks", "delivery",
        "life_course_stage", "genders", "funding", "service_at_locations", "schedules", "cost_options",
        "service_areas", "languages", "phones",
    )  # fmt: skip

    answer = pat.patch(walking, {name: read[name] for name in names} | {"receiving_team": read["receiving_team"]["id"]})

    assert (answer.status_code, answer.json()) == (200, read)
    assert no_trace()


def test_every_part_of_a_listing_can_be_said_and_unsaid(cast, edie, walking):
    whole = {
        "name": "The Monday walk", "alternate_name": "Walk and talk", "description": "Slow, flat, friendly.",
        "url": "https://walkers.example/monday", "email": "desk@walkers.example", "status": "temporarily closed",
        "alert": "Back in May.", "fees": "None", "fees_description": "Bring a pound for tea.",
        "accreditations": "Walk leaders' badge", "licenses": "None needed", "minimum_age": 16.5, "maximum_age": 90,
        "eligibility_description": "Can walk a mile.", "application_process": "Come along.",
        "interpretation_services": "On request", "wait_time": "None", "referral_route": "referral",
        "takes_direct_referrals": True, "capacity": "waiting_list", "first_contact_by": "person",
        "programme_length_weeks": 12, "review_points_weeks": [12, 0], "delivery": "in_place",
        "life_course_stage": ["age_well", "live_well"], "genders": ["non_binary", "female"],
        "needs": ["nature", "loneliness"], "funding": ["The Vale Fund"],
        "phones": [{"number": "0161 496 0111", "description": "Mornings"}],
        "languages": [{"name": "Polish", "code": "pl"}],
        "service_areas": [{"name": "Brinnington"}],
        "cost_options": [{"option": "Everybody", "amount": "0.50", "currency": "GBP"}],
        "schedules": [{"freq": "MONTHLY", "byday": "2tu", "opens_at": "14:00", "closes_at": "16:00"}],
        "service_at_locations": [
            {
                "location": {
                    "name": "The Park", "location_type": "physical", "latitude": 53.4, "longitude": -2.1,
                    "addresses": [{"address_1": "Park Lane", "postal_code": "sk58bs", "country": "GB"}],
                    "accessibility": [{"description": "Flat paths"}],
                },
                "schedules": [{"freq": "WEEKLY", "byday": "TH", "opens_at": "09:15"}],
            }
        ],
        "organization": {
            "description": "A charity of walkers.", "website": "https://walkers.example",
            "organization_identifiers": [{"identifier_scheme": "GB-CHC", "identifier": "0000000"}],
            "phones": [{"number": "0161 496 0112"}],
        },
    }  # fmt: skip

    assert edie.patch(walking, whole).status_code == 200

    said = document_of(cast.walking)
    sent = {name: value for name, value in whole.items() if not isinstance(value, list | dict)}
    assert {name: said[name] for name in sent} == sent
    lists = {name: said[name] for name in ("review_points_weeks", "life_course_stage", "genders", "needs", "funding")}
    assert lists == {
        "review_points_weeks": [0, 12], "life_course_stage": ["live_well", "age_well"],
        "genders": ["female", "non_binary"], "needs": ["loneliness", "nature"], "funding": ["The Vale Fund"],
    }  # fmt: skip
    (place,) = said["service_at_locations"]
    assert (place["location"]["name"], place["location"]["addresses"][0]["postal_code"]) == ("The Park", "SK5 8BS")
    assert (place["schedules"][0]["byday"], said["schedules"][0]["byday"]) == ("TH", "2TU")
    assert (said["cost_options"][0]["amount"], said["cost_options"][0]["currency"]) == ("0.50", "GBP")
    assert [phone["number"] for phone in (*said["phones"], *said["organization"]["phones"])] == [
        "0161 496 0111", "0161 496 0112",
    ]  # fmt: skip
    assert said["organization"]["name"] == "Walkers of the Vale"

    nothing: dict[str, object] = {name: [] for name, value in whole.items() if isinstance(value, list)} | {
        "genders": [],
        "alert": "",
    }
    assert edie.patch(walking, nothing).status_code == 200
    said = document_of(cast.walking)
    assert {name: said[name] for name in nothing} == nothing
    assert [change["version"] for change in history(edie, walking)] == [3, 2]


def test_a_part_keeps_its_row_when_it_changes_and_a_new_one_is_new(cast, pat, walking):
    cost = cast.walking.cost_options.get()

    answer = pat.patch(walking, {"cost_options": [{"option": "Carers", "amount": 0}, {"id": cost.pk, "amount": 3}]})

    assert answer.status_code == 200
    assert {(row.option, str(row.amount), row.pk == cost.pk) for row in cast.walking.cost_options.all()} == {
        ("Everybody", "3.00", True), ("Carers", "0.00", False),
    }  # fmt: skip


def test_a_place_that_another_listing_uses_is_not_changed_for_it(cast, pat, walking):
    hall = Location.objects.get(name="The Hall")
    cast.leaflet.service_at_locations.create(location=hall)
    place = pat.get(walking).json()["service_at_locations"][0]

    answer = pat.patch(
        walking, {"service_at_locations": [place | {"location": place["location"] | {"name": "Annexe"}}]}
    )

    assert answer.status_code == 200
    assert cast.walking.service_at_locations.get().location.name == "Annexe"
    assert cast.leaflet.service_at_locations.get().location.name == "The Hall"
    assert cast.walking.service_at_locations.get().location.addresses.get().postal_code == "SK1 3XE"


def test_a_place_is_put_where_its_postcode_is(cast, pat, walking):
    Postcode.objects.create(code="SK58BS", latitude=53.43, longitude=-2.13)
    place = pat.get(walking).json()["service_at_locations"][0]
    place["location"]["addresses"][0]["postal_code"] = "SK5 8BS"

    assert pat.patch(walking, {"service_at_locations": [place]}).status_code == 200
    moved = cast.walking.service_at_locations.get().location
    assert (moved.latitude, moved.longitude) == (53.43, -2.13)

    place["location"]["addresses"][0]["postal_code"] = "SK1 1AA"
    place["location"] |= {"latitude": 53.43, "longitude": -2.13}
    assert pat.patch(walking, {"service_at_locations": [place]}).status_code == 200
    moved = cast.walking.service_at_locations.get().location
    assert (moved.latitude, moved.longitude) == (None, None), "the point of the old postcode would be the wrong street"


def test_what_an_organisation_says_is_told_in_the_history_of_each_of_its_listings(cast, edie, walking):
    Service.objects.filter(pk=cast.leaflet.pk).update(organization=Organization.objects.get(name="Walkers of the Vale"))

    answer = edie.patch(walking, {"organization": {"email": "office@walkers.example"}})

    assert answer.status_code == 200
    told = ListingChange.objects.order_by("service__name").values_list("service__name", "version")
    assert list(told) == [("Library", 2), ("Walking group", 2)]
    assert Service.objects.get(pk=cast.leaflet.pk).organization.email == "office@walkers.example"


def test_a_value_that_somebody_types_is_no_longer_made_up_nor_a_sources(cast, pat, walking):
    Service.objects.filter(pk=cast.walking.pk).update(
        made_up=["capacity", "alert"], sources=[{"fields": ["alert", "url"], "source": "A leaflet"}]
    )

    answer = pat.patch(walking, {"alert": "No walk on 25 December.", "capacity": "full"})

    provenance = answer.json()["provenance"]
    assert (provenance["made_up"], provenance["sources"]) == ([], [{"stated": ["url"], "stated_by": "A leaflet"}])
    assert provenance["last_modified"] == "2026-11-02T09:30:00Z"


@pytest.mark.parametrize("field", ["capacity", "rule_sets", "receiving_team"])
def test_who_says_only_whether_there_is_room_or_where_referrals_go_has_not_checked_the_listing(
    cast, edie, walking, field
):
    Service.objects.filter(pk=cast.walking.pk).update(reported="changed")
    load_rule_sets(at=NOW)
    values = {"capacity": "full", "rule_sets": ["contraindications-core"], "receiving_team": str(cast.befriending.pk)}

    answer = edie.patch(walking, {field: values[field]})

    assert (answer.status_code, len(history(edie, walking))) == (200, 1)
    trust = edie.get(walking).json()["trust"]
    assert (trust["verified_at"], trust["reported"]) == (None, "changed")
    assert not Verification.objects.exists()


def test_who_changes_what_the_listing_says_has_checked_it(cast, edie, walking):
    Service.objects.filter(pk=cast.walking.pk).update(reported="changed")
    assert edie.patch(walking, {"capacity": "full", "description": "A slow walk."}).status_code == 200
    trust = edie.get(walking).json()["trust"]
    assert (trust["verified_at"], trust["reported"]) == ("2026-11-02T09:30:00Z", "")


def test_a_listing_that_is_closed_stays_with_those_who_keep_it(cast, pat, edie, as_user, walking):
    assert pat.patch(walking, {"status": "defunct"}).status_code == 200

    seen = {who: client.get(walking).status_code for who, client in (("Pat", pat), ("Edie", edie))}
    others = {who: as_user(user).get(walking).status_code for who, user in (("gp", cast.gp), ("bo", cast.befriender))}
    assert (seen, others) == ({"Pat": 200, "Edie": 200}, {"gp": 404, "bo": 404})
    assert "Walking group" not in [one["name"] for one in pat.get("/api/v1/services/").json()["results"]]


# --- What waits for an editor ------------------------------------------------------------------------------


def test_pat_raises_the_minimum_age_which_waits_until_edie_approves_and_the_history_tells_both(
    cast, pat, edie, as_user, walking, time_machine
):
    # Pat changes the price and the age in one go: the price is so at once, the age waits
    answer = pat.patch(walking, {"minimum_age": 50, "cost_options": [{"option": "Everybody", "amount": "3.00"}]})

    assert (answer.status_code, answer.json()["minimum_age"]) == (200, 18)
    assert [cost["amount"] for cost in answer.json()["cost_options"]] == ["3.00"]
    pending = answer.json()["pending"]
    assert (pending["status"], pending["changes"], pending["proposed_by"], pending["listing"]["name"]) == (
        "pending", [{"field": "minimum_age", "before": 18, "after": 50}], "Pat Active", "Walking group",
    )  # fmt: skip
    assert as_user(cast.gp).get(walking).json()["pending"] is None
    # and the editors are told that something waits, not what
    told = OutboxMessage.objects.get()
    assert (told.recipient, told.template, told.context) == (
        "public-health@inbox.example", "listing_proposed", {"reference": pending["reference"]},
    )  # fmt: skip

    # Edie finds it in her list the next day, and approves
    time_machine.move_to(NOW + dt.timedelta(days=1), tick=False)
    assert [one["reference"] for one in edie.get(PROPOSALS).json()["results"]] == [pending["reference"]]
    decided = edie.post(f"{PROPOSALS}{pending['reference']}/approve/")

    assert (decided.status_code, decided.json()["status"], decided.json()["decided_by"]) == (
        200, "approved", "Edie Keeper",
    )  # fmt: skip
    assert as_user(cast.gp).get(walking).json()["minimum_age"] == 50
    told = OutboxMessage.objects.get(template="listing_decided")
    assert (told.recipient, told.context) == ("active-team@inbox.example", {"reference": pending["reference"]})
    assert [
        (one["version"], one["kind"], one["side"], one["who"], one["proposal"], [c["field"] for c in one["changes"]])
        for one in history(pat, walking)
    ] == [
        (3, "approval", "editor", "Edie Keeper", pending["reference"], ["minimum_age"]),
        (2, "edit", "provider", "Pat Active", "", ["cost_options"]),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minimum_age", 50),
        ("maximum_age", 80),
        ("genders", ["female"]),
        ("eligibility_description", "Women who live in Brinnington."),
        ("service_areas", [{"name": "Brinnington"}]),
        ("referral_route", "signposting"),
        ("takes_direct_referrals", True),
        ("receiving_team", "befriending"),
    ],
)
def test_whatever_changes_who_may_be_referred_waits(cast, pat, walking, field, value):
    value = str(cast.befriending.pk) if field == "receiving_team" else value
    before = document_of(cast.walking)

    answer = pat.patch(walking, {field: value})

    assert (answer.status_code, [one["field"] for one in answer.json()["pending"]["changes"]]) == (202, [field])
    assert document_of(cast.walking) == before
    assert not ListingChange.objects.exists()
    assert answer.headers["ETag"] == '"1"'


def test_an_editors_own_change_of_them_waits_for_nobody(cast, edie, walking):
    answer = edie.patch(walking, {"minimum_age": 50})

    assert (answer.status_code, answer.json()["minimum_age"], answer.json()["pending"]) == (200, 50, None)
    assert not ListingProposal.objects.exists()


def test_closing_is_at_once_and_opening_again_waits(cast, pat, edie, walking):
    assert pat.patch(walking, {"status": "temporarily closed"}).json()["status"] == "temporarily closed"

    answer = pat.patch(walking, {"status": "active"})

    assert (answer.status_code, answer.json()["status"]) == (202, "temporarily closed")
    edie.post(f"{PROPOSALS}{answer.json()['pending']['reference']}/approve/")
    assert pat.get(walking).json()["status"] == "active"


def test_a_second_wish_takes_up_the_first(cast, pat, edie, walking):
    first = pat.patch(walking, {"minimum_age": 50}).json()["pending"]["reference"]
    same = pat.patch(walking, {"minimum_age": 50, "alert": "New"}).json()["pending"]["reference"]
    second = pat.patch(walking, {"maximum_age": 70, "minimum_age": 55}).json()["pending"]
    unrelated = pat.patch(walking, {"alert": "", "minimum_age": 18}).json()["pending"]

    assert (first, second["reference"]) == (same, unrelated["reference"])
    assert {one["field"]: one["after"] for one in second["changes"]} == {"minimum_age": 55, "maximum_age": 70}
    assert [one["status"] for one in edie.get(PROPOSALS).json()["results"]] == ["pending", "superseded"]
    answer = pat.patch(walking, {"maximum_age": 40})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["maximum_age"])
    assert edie.get(f"{PROPOSALS}{second['reference']}/").json()["status"] == "pending"


def test_edie_declines_with_a_reason_and_the_listing_stays(cast, pat, edie, walking):
    reference = pat.patch(walking, {"minimum_age": 50}).json()["pending"]["reference"]

    unexplained = edie.post(f"{PROPOSALS}{reference}/decline/", {"reason": " "})
    answer = edie.post(f"{PROPOSALS}{reference}/decline/", {"reason": "The grant is for everybody over 18."})

    assert (unexplained.status_code, list(unexplained.json()["errors"])) == (400, ["reason"])
    assert (answer.status_code, answer.json()["status"]) == (200, "declined")
    assert pat.get(f"{PROPOSALS}{reference}/").json()["reason"] == "The grant is for everybody over 18."
    assert pat.get(walking).json()["minimum_age"] == 18
    assert OutboxMessage.objects.filter(template="listing_decided", recipient="active-team@inbox.example").count() == 1


def test_pat_takes_a_proposal_back(cast, pat, edie, walking):
    reference = pat.patch(walking, {"minimum_age": 50}).json()["pending"]["reference"]

    assert edie.post(f"{PROPOSALS}{reference}/withdraw/").status_code == 403
    assert pat.post(f"{PROPOSALS}{reference}/withdraw/").json()["status"] == "withdrawn"

    late = edie.post(f"{PROPOSALS}{reference}/approve/")
    assert (late.status_code, late.json()["code"], late.json()["current_status"]) == (409, "decided", "withdrawn")
    assert pat.get(walking).json()["minimum_age"] == 18


def test_what_changed_since_is_not_written_over(cast, pat, edie, walking):
    reference = pat.patch(walking, {"minimum_age": 50, "genders": ["female"]}).json()["pending"]["reference"]
    edie.patch(walking, {"minimum_age": 60})

    answer = edie.post(f"{PROPOSALS}{reference}/approve/")

    assert (answer.status_code, answer.json()["code"]) == (409, "listing_changed")
    assert answer.json()["changed"] == {"minimum_age": {"proposed_when": 18, "now": 60}}
    assert (pat.get(walking).json()["minimum_age"], pat.get(walking).json()["genders"]) == (60, [])
    assert edie.get(f"{PROPOSALS}{reference}/").json()["status"] == "pending"
    assert edie.post(f"{PROPOSALS}{reference}/decline/", {"reason": "It is 60 by now."}).status_code == 200


def test_what_cannot_be_any_more_is_not_approved(cast, pat, edie, walking):
    reference = pat.patch(walking, {"minimum_age": 50}).json()["pending"]["reference"]
    edie.patch(walking, {"maximum_age": 40})

    answer = edie.post(f"{PROPOSALS}{reference}/approve/")

    assert (answer.status_code, answer.json()["code"], list(answer.json()["errors"])) == (
        409, "cannot_be", ["maximum_age"],
    )  # fmt: skip
    assert edie.get(f"{PROPOSALS}{reference}/").json()["status"] == "pending"
    assert pat.get(walking).json()["minimum_age"] == 18


def test_those_that_wait_come_first_and_the_oldest_of_them(cast, pat, edie, as_user, walking, time_machine):
    references = []
    for hours, (who, service) in enumerate(
        [("provider", "walking"), ("befriender", "visiting"), ("hub_worker", "scheme")]
    ):
        time_machine.move_to(NOW + dt.timedelta(hours=hours), tick=False)
        answer = as_user(getattr(cast, who)).patch(url(getattr(cast, service)), {"minimum_age": 30})
        references.append(answer.json()["pending"]["reference"])
    edie.post(f"{PROPOSALS}{references[0]}/approve/")

    pages, page = [], f"{PROPOSALS}?page_size=1"
    while page:
        answer = edie.get(page).json()
        pages += [one["reference"] for one in answer["results"]]
        page = answer["next"]

    assert pages == [references[1], references[2], references[0]]
    assert [one["reference"] for one in edie.get(f"{PROPOSALS}?status=approved").json()["results"]] == [references[0]]
    assert [one["reference"] for one in edie.get(f"{PROPOSALS}?service={cast.visiting.pk}").json()["results"]] == [
        references[1]
    ]


def test_a_page_of_proposals_costs_as_many_queries_as_one(cast, edie, as_user, walking, django_assert_num_queries):
    as_user(cast.provider).patch(walking, {"minimum_age": 30})
    with django_assert_num_queries(2):
        edie.get(PROPOSALS)
    as_user(cast.befriender).patch(url(cast.visiting), {"minimum_age": 30})
    as_user(cast.hub_worker).patch(url(cast.scheme), {"minimum_age": 30})
    client = as_user(cast.editor)
    with django_assert_num_queries(2):
        assert len(client.get(PROPOSALS).json()["results"]) == 3


# --- A new listing -----------------------------------------------------------------------------------------

NEW = {
    "name": "Chair yoga",
    "description": "Gentle, seated.",
    "organization": {"name": "Company Charity"},
    "referral_route": "referral",
    "capacity": "open",
    "first_contact_by": "service",
    "needs": ["falls"],
    "service_at_locations": [{"location": {"name": "The Hall", "addresses": [{"postal_code": "SK1 3XE"}]}}],
}


def test_bo_lists_something_new_which_is_nowhere_until_edie_approves(cast, edie, as_user):
    bo = as_user(cast.befriender)
    count = Service.objects.count()

    answer = bo.post("/api/v1/services/", NEW)

    assert (answer.status_code, answer.json()["listing"], answer.json()["is_new_listing"]) == (
        202, {"id": None, "name": "Chair yoga"}, True,
    )  # fmt: skip
    assert Service.objects.count() == count
    approved = edie.post(f"{PROPOSALS}{answer.json()['reference']}/approve/").json()
    made = as_user(cast.gp).get(f"/api/v1/services/{approved['listing']['id']}/").json()
    assert (made["name"], made["receiving_team"]["name"], made["organization"]["name"]) == (
        "Chair yoga", "Befrienders", "Company Charity",
    )  # fmt: skip
    assert [(term["code"], term["link_type"]) for term in made["terms"]] == [("falls", "need")]
    (change,) = history(edie, f"/api/v1/services/{made['id']}/")
    assert (change["version"], change["is_new"], change["kind"], change["changes"]) == (1, True, "approval", [])
    assert made["trust"]["words"].startswith("The directory's editor checked it on 2 November 2026.")
    assert made["trust"]["label"] == "Checked recently"


def test_edie_lists_something_new_and_it_is_there(cast, edie):
    organization = str(cast.walking.organization_id)

    answer = edie.post(
        "/api/v1/services/", {"name": "Map of walks", "description": "Paper.", "organization": {"id": organization}}
    )

    assert (answer.status_code, answer.json()["referral_route"], answer.json()["organization"]["id"]) == (
        201, "signposting", organization,
    )  # fmt: skip
    assert answer.headers["Location"].endswith(f"/api/v1/services/{answer.json()['id']}/")
    assert history(edie, f"/api/v1/services/{answer.json()['id']}/")[0]["who"] == "Edie Keeper"
    trust = answer.json()["trust"]
    assert (trust["score"], trust["label"], trust["words"]) == (
        100, "Checked recently", "The directory's editor checked it on 2 November 2026.",
    )  # fmt: skip


@pytest.mark.parametrize(("who", "listings", "proposals"), [("editor", 1, 0), ("befriender", 0, 1)])
def test_a_new_listing_sent_twice_with_one_key_is_one(cast, as_user, who, listings, proposals):
    client, key = as_user(getattr(cast, who)), {"Idempotency-Key": "3f0a7c1e-yoga"}
    body = NEW | {"receiving_team": str(cast.befriending.pk)}

    first, again = (client.post("/api/v1/services/", body, headers=key) for _ in range(2))
    other = client.post("/api/v1/services/", body | {"name": "Chair dance"}, headers=key)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    made = Service.objects.filter(name__startswith="Chair").count(), ListingProposal.objects.count()
    assert made == (listings, proposals)


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"name": ""}, "name"),
        ({"description": " "}, "description"),
        ({"organization": {}}, "organization.name"),
        ({"organization": {"name": "leisure trust"}}, "organization"),
        ({"organization": {"id": str(uuid.UUID(int=9))}}, "organization.id"),
        ({"capacity": ""}, "capacity"),
        ({"receiving_team": str(uuid.UUID(int=9))}, "receiving_team"),
    ],
)
def test_a_new_listing_that_does_not_say_what_it_must(cast, as_user, change, at):
    answer = as_user(cast.befriender).post("/api/v1/services/", NEW | change)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [at])
    assert no_trace()


# --- What cannot be right ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({"nmae": "x"}, "nmae"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": "a\x07b"}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "walkers.example"}, "url"),
        ({"email": "nobody"}, "email"),
        ({"status": "asleep"}, "status"),
        ({"minimum_age": -1}, "minimum_age"),
        ({"minimum_age": 90, "maximum_age": 20}, "maximum_age"),
        ({"minimum_age": "NaN"}, "minimum_age"),
        ({"capacity": ""}, "capacity"),
        ({"takes_direct_referrals": True, "referral_route": "signposting"}, "takes_direct_referrals"),
        ({"receiving_team": None}, "receiving_team"),
        ({"receiving_team": "x"}, "receiving_team"),
        ({"needs": ["swimming"]}, "needs"),
        ({"genders": ["x"]}, "genders.0"),
        ({"review_points_weeks": [-1]}, "review_points_weeks.0"),
        ({"programme_length_weeks": 99999}, "programme_length_weeks"),
        ({"phones": [{"number": "call Jo"}]}, "phones.0.number"),
        ({"phones": [{}]}, "phones.0.number"),
        ({"phones": [{"number": "0161 496 0111", "colour": 1}]}, "phones.0.colour"),
        ({"cost_options": [{"amount": -1}]}, "cost_options.0.amount"),
        ({"cost_options": [{"amount": "1.005"}]}, "cost_options.0.amount"),
        ({"cost_options": [{"amount": 1, "currency": "£"}]}, "cost_options.0.currency"),
        ({"cost_options": [{"option": "All"}, {"id": str(uuid.UUID(int=9))}]}, "cost_options.1.id"),
        ({"schedules": [{"byday": "Monday"}]}, "schedules.0.byday"),
        ({"schedules": [{"freq": "DAILY"}]}, "schedules.0.freq"),
        ({"schedules": [{"closes_at": "10:00"}]}, "schedules.0.opens_at"),
        ({"schedules": [{"valid_from": "2026-05-01", "valid_to": "2026-04-01"}]}, "schedules.0.valid_to"),
        ({"schedules": [{"schedule_link": "javascript:x"}]}, "schedules.0.schedule_link"),
        ({"service_at_locations": [{}]}, "service_at_locations.0.location.name"),
        ({"service_at_locations": [{"location": {"name": "x", "latitude": 91}}]},
         "service_at_locations.0.location.latitude"),
        ({"service_at_locations": [{"location": {"name": "x", "latitude": 5}}]},
         "service_at_locations.0.location.latitude"),
        ({"service_at_locations": [{"location": {"id": str(uuid.UUID(int=9))}}]},
         "service_at_locations.0.location.id"),
        ({"service_at_locations": [{"location": {"addresses": [{"postal_code": "SK1"}]}}]},
         "service_at_locations.0.location.addresses.0.postal_code"),
        ({"organization": {"website": "ftp://x"}}, "organization.website"),
        ({"organization": {"id": str(uuid.UUID(int=9))}}, "organization.id"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_by_field_and_changes_nothing(cast, edie, walking, sent, at):
    before = document_of(cast.walking)

    answer = edie.patch(walking, sent)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [at]), answer.json()
    assert document_of(cast.walking) == before
    assert no_trace()


def test_what_cannot_be_while_something_waits_is_said_so(cast, pat, walking):
    answer = pat.patch(walking, {"referral_route": "signposting", "capacity": ""})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["capacity"])
    assert (
        answer.json()["detail"] == "This cannot be right while referral_route waits for approval: send it after that."
    )
    assert no_trace()


def test_what_a_feed_left_untidy_is_in_nobodys_way(cast, edie, walking):
    Service.objects.filter(pk=cast.walking.pk).update(description="")
    cast.walking.phones.create(number="ask for Jo")

    assert edie.patch(walking, {"capacity": "full"}).status_code == 200


def test_what_only_the_database_refuses_is_a_sentence_too(cast, edie, walking):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE services_directory_service ADD CONSTRAINT for_this_test CHECK (alert <> 'Bad') NOT VALID"
        )
    answer = edie.patch(walking, {"alert": "Bad"})

    assert (answer.status_code, answer.json()["errors"]) == (
        400, {"listing": ["The directory cannot hold this: for this test."]},
    )  # fmt: skip
    assert no_trace()


def test_a_page_read_before_another_change_is_stale(cast, pat, edie, walking):
    read = pat.get(walking).headers["ETag"]
    edie.patch(walking, {"alert": "Moved"})

    answer = pat.patch(walking, {"alert": "Cancelled"}, headers={"If-Match": read})

    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert pat.get(walking).json()["alert"] == "Moved"
    assert ListingChange.objects.count() == 1


# --- Whose it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "own", "others", "closed"),
    [
        ("provider", 200, 403, 404),
        ("hub_worker", 403, 403, 404),
        ("befriender", 403, 200, 404),
        ("editor", 200, 200, 200),
        ("gp", 403, 403, 404),
        ("link_worker", 403, 403, 404),
        ("lead", 403, 403, 404),
        ("manager", 403, 403, 404),
        ("outsider", 403, 403, 404),
    ],
)
def test_who_edits_which_listing(cast, as_user, walking, who, own, others, closed):
    Service.objects.filter(pk=cast.scheme.pk).update(status="inactive", receiving_team=cast.discharge_team)
    client = as_user(getattr(cast, who))

    answers = [client.patch(url(service), {"alert": "!"}) for service in (cast.walking, cast.visiting, cast.scheme)]

    assert [answer.status_code for answer in answers] == [own, others, closed]
    changed = set(Service.objects.filter(alert="!").values_list("name", flat=True))
    allowed = zip(("Walking group", "Visiting", "Exercise on referral"), (own, others, closed), strict=True)
    assert changed == {name for name, status in allowed if status == 200}


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "manager", "discharge_nurse"])
def test_who_makes_no_listing(cast, as_user, who):
    assert as_user(getattr(cast, who)).post("/api/v1/services/", NEW).status_code == 403
    assert no_trace()


def test_a_provider_lists_for_no_other_team(cast, as_user):
    answer = as_user(cast.befriender).post("/api/v1/services/", NEW | {"receiving_team": str(cast.leisure.pk)})
    assert answer.status_code == 403
    assert no_trace()


@pytest.mark.parametrize(
    ("who", "found", "deciding"),
    [("provider", 200, 403), ("editor", 200, 200), ("befriender", 404, 404), ("gp", 404, 404), ("lead", 404, 404)],
)
@pytest.mark.parametrize(("step", "body"), [("approve", None), ("decline", {"reason": "No."})])
def test_who_sees_and_who_decides_a_proposal(cast, pat, as_user, walking, who, found, deciding, step, body):
    reference = pat.patch(walking, {"minimum_age": 50}).json()["pending"]["reference"]
    client = as_user(getattr(cast, who))

    listed = [one["reference"] for one in client.get(PROPOSALS).json()["results"]]
    assert (client.get(f"{PROPOSALS}{reference}/").status_code, listed) == (found, [reference] if found == 200 else [])
    assert client.post(f"{PROPOSALS}{reference}/{step}/", body).status_code == deciding
    assert ListingProposal.objects.get().status == (
        "pending" if deciding != 200 else {"approve": "approved"}.get(step, "declined")
    )


def test_nobody_takes_back_what_another_team_proposed(cast, pat, as_user, walking):
    reference = pat.patch(walking, {"minimum_age": 50}).json()["pending"]["reference"]
    assert as_user(cast.befriender).post(f"{PROPOSALS}{reference}/withdraw/").status_code == 404
    assert ListingProposal.objects.get().status == "pending"


def test_a_link_worker_reads_what_was_changed_but_not_by_whom(cast, pat, edie, as_user, walking):
    reference = pat.patch(walking, {"alert": "Moved", "minimum_age": 50}).json()["pending"]["reference"]
    edie.post(f"{PROPOSALS}{reference}/approve/")

    read = history(as_user(cast.link_worker), walking)

    assert [(one["side"], one["who"], one["proposal"]) for one in read] == [("editor", "", ""), ("provider", "", "")]
    assert [one["who"] for one in history(pat, walking)] == ["Edie Keeper", "Pat Active"]


def test_a_page_of_history_costs_as_many_queries_as_one(cast, edie, as_user, walking, django_assert_num_queries):
    edie.patch(walking, {"alert": "1"})
    for number in ("2", "3"):
        edie.patch(walking, {"alert": number})
    client = as_user(cast.editor)
    with django_assert_num_queries(18):
        assert len(client.get(f"{walking}history/").json()["results"]) == 3


def test_a_provider_changes_no_organisation_that_runs_listings_of_others(cast, pat):
    answer = pat.patch(url(cast.walking), {"organization": {"description": "All ours."}})

    assert (answer.status_code, answer.json()["fields"]) == (403, ["organization"])
    assert no_trace()


def test_a_provider_does_not_move_a_listing_to_another_organisation(cast, pat, edie, walking):
    elsewhere = {"organization": {"id": str(cast.visiting.organization_id)}}
    assert pat.patch(walking, elsewhere).status_code == 403
    assert no_trace()
    assert edie.patch(walking, elsewhere).json()["organization"]["name"] == "Leisure Trust"


def test_what_comes_from_a_feed_is_changed_there_and_what_is_ours_here(cast, pat, edie, walking):
    feed = Feed.objects.create(name="Libraries of the Vale", source="x")
    Service.objects.filter(pk=cast.walking.pk).update(feed=feed)

    refused = [client.patch(walking, {"capacity": "full", "description": "Ours"}) for client in (pat, edie)]
    taken = pat.patch(walking, {"capacity": "full", "description": "An easy walk, and tea afterwards."})

    assert [(answer.status_code, answer.json()["code"], answer.json()["fields"]) for answer in refused] == [
        (403, "kept_at_its_source", ["description"])
    ] * 2
    assert "the feed “Libraries of the Vale”" in refused[0].json()["detail"]
    assert (taken.status_code, taken.json()["capacity"]) == (200, "full")
    assert (ListingChange.objects.count(), Service.objects.get(pk=cast.walking.pk).last_modified) == (1, None)


def test_a_feed_that_was_only_the_beginning_is_edited_here(cast, pat, walking):
    feed = Feed.objects.create(name="The old list", source="x", is_kept_here=True)
    Service.objects.filter(pk=cast.walking.pk).update(feed=feed)

    assert pat.patch(walking, {"description": "Ours"}).status_code == 200


# --- What the database keeps -------------------------------------------------------------------------------


def test_what_was_changed_can_be_neither_changed_nor_removed(cast, pat, walking):
    pat.patch(walking, {"alert": "Moved"})
    rows = list(ListingChange.objects.values())

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ListingChange.objects.update(actor_name="Nobody")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ListingChange.objects.all().delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE;"
            "ALTER TABLE services_directory_listingchange ENABLE TRIGGER listing_change_no_truncate;"
            "TRUNCATE services_directory_listingchange"
        )
    assert list(ListingChange.objects.values()) == rows


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("proposal_status_known", {"status": "lost", "decided_at": NOW}),
        ("proposal_decided_has_its_time", {"status": "approved"}),
        ("proposal_decided_has_its_time", {"decided_at": NOW}),
        ("proposal_declined_has_its_reason", {"status": "declined", "decided_at": NOW}),
        ("proposal_is_of_a_listing", {"service": None}),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(cast, pat, walking, rule, values):
    pat.patch(walking, {"minimum_age": 50})
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        ListingProposal.objects.update(**values)
