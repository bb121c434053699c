"""The keeper's figures: counted by hand on the stage and in a made-up town, for those who keep the directory."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.actors import Actor
from insights.gaps import count_gaps
from insights.models import NeedGap
from insights.tasks import count_gaps as nightly
from insights.tasks import count_responsiveness as nightly_replies
from notifications.models import OutboxMessage
from services_directory.enums import CheckAnswer
from services_directory.models import (
    Attribute,
    Feed,
    Location,
    Neighbourhood,
    Postcode,
    Service,
    ServiceAtLocation,
    ServiceResponsiveness,
    TaxonomyTerm,
)
from services_directory.needs import need_id
from services_directory.services.rounds import check_listings
from services_directory.services.verifications import Said, verify_listing
from tests import stage
from tests.web.scenes import another_person

FIGURES, LISTINGS, GAPS = (f"/api/v1/directory/figures/{part}" for part in ("", "listings/", "gaps/"))
KEEPERS = ["editor", "manager"]


def listing(cast, name, **values):
    return Service.objects.create(organization=cast.leaflet.organization, name=name, **values)


@pytest.fixture
def kept(cast, now):
    """A directory after a few months: each kind of thing that somebody has to look at, once."""
    libraries = Feed.objects.create(name="Libraries", source="libraries.json", last_imported_at=now)
    Feed.objects.create(name="Abandoned", source="abandoned.json")
    listing(cast, "Old library", feed=libraries)  # stale: of no known age
    listing(cast, "New library", feed=libraries, assured_date=now.date())
    listing(cast, "Withdrawn library", feed=libraries, withdrawn_at=now)
    asked_at = now - dt.timedelta(days=45)
    verify_listing(service=cast.scheme, actor=Actor(stage.fresh(cast.hub_worker)), said=Said(), at=asked_at)
    check_listings(at=asked_at)  # asks about walking and visiting; the leaflet gives no address
    changed = Said(answer=CheckAnswer.CHANGED, note="Ask for Jo.")
    verify_listing(service=cast.walking, actor=Actor(stage.fresh(cast.provider)), said=changed, at=now)
    closed = listing(cast, "Knitting", email="knitting@trust.example")
    verify_listing(service=closed, actor=Actor(stage.fresh(cast.editor)), said=Said(answer=CheckAnswer.CLOSED), at=now)
    OutboxMessage.objects.filter(recipient=cast.befriending.inbox_email).update(status="failed", failure="Refused.")
    check_listings(at=now)
    return cast


NAMED = {
    "listings": [
        "Exercise on referral", "Library", "New library", "Old library", "Visiting", "Walking group",
    ],
    "due": ["Library", "New library", "Old library", "Visiting"],
    "nobody_to_ask": ["Library", "New library", "Old library"],
    "stale": ["Old library", "Visiting"],
    "unanswered": ["Visiting"],
    "changed": ["Walking group"],
    "readers": [],
    "closed": ["Knitting"],
    "bounced": ["Visiting"],
}  # fmt: skip


@pytest.mark.parametrize("who", KEEPERS)
def test_each_figure_counts_its_list_and_says_what_it_counts(who, kept, as_user):
    client = as_user(getattr(kept, who))
    answer = client.get(FIGURES).json()
    assert {row["name"]: row["value"] for row in answer["figures"]} == {name: len(rows) for name, rows in NAMED.items()}
    assert all(len(row["definition"]) > 40 for row in answer["figures"])
    for figure, names in NAMED.items():
        page = client.get(LISTINGS, {"figure": figure}).json()
        assert ([row["name"] for row in page["results"]], figure) == (names, figure)


def test_a_listing_of_a_feed_that_is_kept_here_is_asked_about_and_counted_as_our_own(cast, now, as_user):
    started = Feed.objects.create(
        name="The beginning", source="beginning.json", is_kept_here=True, last_imported_at=now
    )
    listing(cast, "Chess", feed=started, email="chess@trust.example")

    assert check_listings(at=now).asked == 4  # the three of the stage that can be asked about, and chess
    OutboxMessage.objects.filter(recipient="chess@trust.example").update(status="failed", failure="Refused.")

    def named(figure):
        rows = as_user(cast.editor).get(LISTINGS, {"figure": figure}).json()["results"]
        return [row["name"] for row in rows]

    assert ("Chess" in named("due"), "Chess" in named("nobody_to_ask"), named("bounced")) == (True, False, ["Chess"])


def test_feeds_are_named_the_longest_unread_first_and_the_round_is_told(kept, as_user, now):
    answer = as_user(kept.editor).get(FIGURES).json()
    feeds = [(row["name"], row["last_imported_at"], row["listings"], row["stale"]) for row in answer["feeds"]]
    assert feeds == [("Abandoned", None, 0, 0), ("Libraries", "2026-11-02T09:30:00Z", 2, 1)]
    assert answer["last_round"] == {
        "at": "2026-11-02T09:30:00Z", "judged": 6, "stale": 2, "requests": 0, "asked": 0, "reminded": 0, "lapsed": 0,
    }  # fmt: skip


def test_what_a_provider_wrote_is_read_by_editors_alone(kept, as_user):
    notes = {}
    for who in KEEPERS:
        (row,) = as_user(getattr(kept, who)).get(LISTINGS, {"figure": "changed"}).json()["results"]
        notes[who] = row.pop("report_note")
        assert (row["reported"], row["report_at"], row["trust"]["label"]) == (
            "changed", "2026-11-02T09:30:00Z", "Its provider says that something has changed",
        )  # fmt: skip
        assert row["report_reference"].startswith("V-")
    assert notes == {"editor": "Ask for Jo.", "manager": None}


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "provider", "befriender", "outsider"])
@pytest.mark.parametrize("url", [FIGURES, f"{LISTINGS}?figure=due", GAPS])
def test_others_do_not_see_the_figures(who, url, kept, as_user):
    answer = as_user(getattr(kept, who)).get(url)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_an_unknown_figure_is_named(kept, as_user):
    for query in ({}, {"figure": "ages"}):
        answer = as_user(kept.editor).get(LISTINGS, query)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["figure"])


@pytest.mark.parametrize("more", [1, 30])
def test_lists_are_paged_and_cost_the_same_however_long(more, kept, as_user, django_assert_num_queries):
    for number in range(more):
        listing(kept, f"Club {number:02}")
    client = as_user(kept.editor)
    with django_assert_num_queries(2):
        page = client.get(LISTINGS, {"figure": "due", "page_size": 4}).json()
    assert [row["name"] for row in page["results"]] == [f"Club {number:02}" for number in range(4)][:more] + [
        "Library", "New library", "Old library",
    ][: 4 - min(4, more)]  # fmt: skip
    following = client.get(page["next"]).json()["results"]
    assert not {row["id"] for row in following} & {row["id"] for row in page["results"]}
    with django_assert_num_queries(13):
        client.get(FIGURES)


# A made-up town: the hall at 0 east, homes along its parallel. At 53.4 north a degree of longitude is 66.3 km, so two
# miles (3.219 km) are 0.04855 degrees.
HALL = (53.4, -2.15)
HOMES = {"SK1 1AA": 0.0, "SK1 1AB": 0.0485, "SK1 1AD": 0.0486, "SK9 9ZZ": 0.2}


@pytest.fixture
def town(cast, now):
    """The hall is for the lonely; a club further out was too, and has closed; nothing is for the bereaved."""
    for code, east in HOMES.items():
        Postcode.objects.create(code=code.replace(" ", ""), latitude=HALL[0], longitude=HALL[1] + east)
    Postcode.objects.create(code="SK11AE")  # known, and on no map
    Neighbourhood.objects.create(code="centre", name="Centre", sectors=["SK1 1"])
    hall = Location.objects.create(location_type="physical", name="Hall", latitude=HALL[0], longitude=HALL[1])
    for service in (cast.visiting, listing(cast, "Closed club", status="inactive")):
        Attribute.objects.create(service=service, taxonomy_term=cast.loneliness)
    ServiceAtLocation.objects.create(service=cast.visiting, location=hall)
    far = Location.objects.create(
        location_type="physical", name="Far", latitude=HALL[0], longitude=HALL[1] + HOMES["SK9 9ZZ"]
    )
    ServiceAtLocation.objects.create(service=Service.objects.get(name="Closed club"), location=far)
    return cast


def lonely(cast, postcode, people, *, at, needs=None):
    for number in range(people):
        person = replace(another_person(f"Person {number} of {postcode}"), postcode=postcode)
        changes = {} if needs is None else {"needs": needs}
        stage.referral_at(cast, "submitted", at=at, person=person, **changes)


def test_a_need_with_nothing_within_two_miles_of_home_is_a_gap(town, now, as_user):
    lonely(town, "SK1 1AA", 2, at=now)  # at the hall's door
    lonely(town, "SK1 1AB", 3, at=now)  # 3.216 km away
    lonely(town, "SK1 1AD", 9, at=now)  # 3.222 km away
    lonely(town, "SK9 9ZZ", 8, at=now)  # where the club has closed
    lonely(town, "ZZ99 3VZ", 1, at=now)  # nowhere
    lonely(town, "SK1 1AE", 1, at=now)  # a postcode on no map
    lonely(town, "SK2 2AA", 1, at=now)  # a postcode that we do not know
    lonely(town, "SK1 1AD", 4, at=now - dt.timedelta(days=366))  # more than a year ago
    bereaved = TaxonomyTerm.objects.get(pk=need_id("bereavement"))
    lonely(town, "SK1 1AA", 1, at=now, needs=((bereaved.pk, ""),))
    at = now + dt.timedelta(days=1)

    assert count_gaps(at=at) == 3

    counted = NeedGap.objects.order_by("term__name", "-neighbourhood")
    assert list(counted.values_list("term__code", "neighbourhood", "asked", "nothing_near")) == [
        ("bereavement", "Centre", 1, 1), ("loneliness", "Centre", 14, 9), ("loneliness", "", 8, 8),
    ]  # fmt: skip
    for who in KEEPERS:
        rows = as_user(getattr(town, who)).get(GAPS).json()["results"]
        shown = [
            (row["need"]["code"], row["neighbourhood"], row["asked"], row["nothing_near"], row["comes_to_people"])
            for row in rows
        ]
        assert shown == [
            ("bereavement", "Centre", None, None, False), ("loneliness", "", 10, 10, False),
            ("loneliness", "Centre", 15, 10, False),
        ]  # fmt: skip
        assert as_user(getattr(town, who)).get(FIGURES).json()["gaps_counted_at"] == "2026-11-03T09:30:00Z"


def test_what_comes_to_people_is_told_beside_the_gap(town, now):
    lonely(town, "SK1 1AD", 1, at=now)
    calls = listing(town, "Calls", delivery="at_home")
    Attribute.objects.create(service=calls, taxonomy_term=town.loneliness)
    count_gaps(at=now + dt.timedelta(days=1))
    assert NeedGap.objects.get().comes_to_people is True


def test_drafts_and_errors_ask_for_nothing(town, now):
    stage.referral_at(town, "draft", at=now, person=replace(another_person("Dora"), postcode="SK9 9ZZ"))
    stage.referral_at(
        town, "entered_in_error", at=now, person=replace(another_person("Erin"), postcode="SK9 9ZZ")
    )  # fmt: skip
    assert count_gaps(at=now + dt.timedelta(days=1)) == 0


def test_an_area_of_lsoas_counts_before_wards_and_wards_before_sectors(town, now):
    names = {
        "by_sector": {"sectors": ["SK9 9"]},
        "by_ward": {"wards": ["E05000001"]},
        "by_lsoa": {"lsoas": ["E01000001"]},
    }
    found: list[str] = []
    lonely(town, "SK9 9ZZ", 1, at=now)
    for known in ({}, {"ward": "E05000001"}, {"lsoa": "E01000001"}):
        Postcode.objects.filter(pk="SK99ZZ").update(**known)
        if not found:
            Neighbourhood.objects.bulk_create(
                Neighbourhood(code=code, name=code, **parts) for code, parts in names.items()
            )
        count_gaps(at=now + dt.timedelta(days=1))
        found.append(NeedGap.objects.get().neighbourhood)
    assert found == ["by_sector", "by_ward", "by_lsoa"]


def test_the_nightly_tasks_count_afresh(town, now):
    lonely(town, "SK1 1AD", 1, at=now)
    for _ in range(2):
        nightly()
        nightly_replies()
    assert (NeedGap.objects.count(), ServiceResponsiveness.objects.count()) == (1, 0)
    Location.objects.filter(name="Hall").update(longitude=HALL[1] + 0.04)
    nightly()
    assert not NeedGap.objects.exists()
