"""The directory as a spreadsheet: out, changed by a person, and in again."""

import csv
import datetime as dt
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import SYSTEM, Actor
from services_directory.models import (
    Feed,
    ListingChange,
    Location,
    Organization,
    Postcode,
    Schedule,
    Service,
)
from services_directory.open_referral import importing
from services_directory.open_referral.report import ImportReport, Remark
from services_directory.selectors import spreadsheet_of
from services_directory.services import import_feed, import_spreadsheet, load_demo_directory
from tests import stage

pytestmark = pytest.mark.django_db

CSV = "/api/v1/directory/services.csv"
NOW = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)


def exported(user=None):
    return "".join(spreadsheet_of(user))


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def written(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def load(content, *, actor=SYSTEM, **more):
    content = content if isinstance(content, bytes) else content.encode()
    return import_spreadsheet(content=content, actor=actor, at=NOW, **more)


@pytest.fixture
def demo(teams, at):
    load_demo_directory(teams=teams, at=at)


@pytest.fixture
def walking(cast):
    """A listing with everything that a cell can hold badly."""
    Service.objects.filter(pk=cast.walking.pk).update(
        description='=HYPERLINK("http://x"); two\r\nlines, and "quotes"', alert="'Tea' at 11", fees="-",
        wait_time="+1 week", minimum_age=18.5, url="https://walkers.example", genders=["female"],
        review_points_weeks=[0, 12],
    )  # fmt: skip
    hall = Location.objects.create(name="@ The Hall", latitude=53.41, longitude=-2.157)
    hall.addresses.create(address_1="1 High Street", city="Stockport", postal_code="SK1 3XE", country="GB")
    hall.addresses.create(address_1="Box 1", postal_code="SK1 1AA")
    hall.accessibility.create(description="Ramp; at the back", details="Ring first")
    at = cast.walking.service_at_locations.create(location=hall)
    at.schedules.create(freq="WEEKLY", byday="MO", opens_at="10:00", closes_at="11:00", dtstart="2026-01-05")
    at.schedules.create(freq="WEEKLY", byday="TH", opens_at="14:00", closes_at="15:00", notes="Bring a mat")
    cast.walking.schedules.create(freq="MONTHLY", byday="2TU", description="(committee)")
    cast.walking.cost_options.create(option="Carers; helpers", amount=0)
    cast.walking.cost_options.create(amount=2.5, currency="GBP", amount_description="a session")
    cast.walking.phones.create(number="+44 161 496 0111", type="voice")
    return cast.walking


# --- Out, and in again -------------------------------------------------------------------------------------


def test_what_comes_out_and_goes_in_changes_nothing(cast, walking, demo):
    text = exported()

    for content in (text, text.removeprefix("\ufeff").replace("\r\n", "\n"), text.encode("utf-16")):
        report = load(content)
        assert (report.unchanged, report.created, report.changed, report.refused, report.notes) == (
            Service.objects.count(), 0, 0, [], [],
        )  # fmt: skip
    assert not ListingChange.objects.filter(kind="spreadsheet").exists()
    assert exported() == text


def test_what_comes_out_of_one_directory_and_goes_into_an_empty_one_comes_out_of_that(cast, walking, demo):
    Service.objects.filter(description="").update(description="Something.")
    text = exported()
    for model in (Schedule, Service, Location, Organization):
        model.objects.all().delete()

    report = load(text)

    assert (report.created, report.refused, report.notes) == (len(rows_of(text)), [], [])
    Service.objects.update(feed=Feed.objects.get())
    cast_names = {cast.walking.name, cast.visiting.name, cast.scheme.name, cast.leaflet.name}
    Service.objects.filter(name__in=cast_names).update(feed=None)
    assert rows_of(exported()) == rows_of(text)
    assert load(text).unchanged == len(rows_of(text))


@pytest.mark.parametrize("name", ["oruk_libraries_england.json", "oruk_streetsupport_manchester.json"])
def test_a_real_feed_comes_out_and_in_without_a_change(feed_file, at, name):
    import_feed(feed_name="Real", source=name, records=json.loads(feed_file(name).read_bytes()), at=at)

    report = load(exported())

    assert (report.unchanged, report.changed, report.refused) == (Service.objects.count(), 0, [])


def test_each_listing_is_a_row_in_words_that_a_person_reads(cast, walking):
    row = next(row for row in rows_of(exported()) if row["id"] == str(walking.pk))
    assert {name: cell for name, cell in row.items() if cell} == {
        "id": str(walking.pk), "name": "Walking group", "organization": "Leisure Trust", "status": "active",
        "description": '\'=HYPERLINK("http://x"); two\nlines, and "quotes"', "alert": "''Tea' at 11", "fees": "'-",
        "wait_time": "'+1 week", "minimum_age": "18.5", "url": "https://walkers.example", "genders": "female",
        "phones": "'+44 161 496 0111", "schedules": "monthly 2TU ((committee))",
        "cost_options": "Carers\\; helpers: 0.00; 2.50 GBP (a session)",
        "referral_route": "referral", "takes_direct_referrals": "no", "receiving_team": "Active team",
        "capacity": "open", "first_contact_by": "service", "review_points_weeks": "0; 12",
        "place_1_name": "'@ The Hall", "place_1_address_1": "1 High Street", "place_1_city": "Stockport",
        "place_1_postal_code": "SK1 3XE", "place_1_location_type": "physical", "place_1_latitude": "53.41",
        "place_1_longitude": "-2.157", "place_1_accessibility": "Ramp\\; at the back",
        "place_1_schedules": "MO 10:00-11:00; TH 14:00-15:00",
    }  # fmt: skip


def test_more_listings_cost_no_more_queries(cast, walking, demo, django_assert_num_queries):
    with django_assert_num_queries(19):
        exported()
    kept = Service.objects.filter(feed__isnull=False, service_at_locations__isnull=False).order_by("name")[0]
    Service.objects.exclude(pk=kept.pk).delete()
    with django_assert_num_queries(19):
        assert len(rows_of(exported())) == 1


# --- What a person changed ---------------------------------------------------------------------------------


def test_edie_changes_cells_and_only_what_they_say_is_changed(cast, walking, as_user):
    rows = rows_of(exported())
    row = next(row for row in rows if row["id"] == str(walking.pk))
    row |= {
        "alert": "", "minimum_age": "50", "capacity": "Has a waiting list",
        "place_1_schedules": "TH 14:00-15:00; Friday 9am-10am", "cost_options": "Carers\\; helpers: 0.00",
    }  # fmt: skip
    client = as_user(cast.editor)

    tried = client.post(f"{CSV}?dry_run=true", written(rows), content_type="text/csv")
    assert not ListingChange.objects.exists()
    answer = client.post(CSV, written(rows), content_type="text/csv")

    report = {"created": 0, "changed": 1, "unchanged": 3, "refused": [], "notes": []}
    assert (tried.json(), answer.json(), answer.status_code) == (report, report, 200)
    change = ListingChange.objects.get()
    assert (change.kind, change.side, change.actor_name, change.version) == ("spreadsheet", "editor", "Edie Keeper", 2)
    assert sorted(change.changes) == ["alert", "capacity", "cost_options", "minimum_age", "service_at_locations"]
    place = walking.service_at_locations.get()
    assert list(place.schedules.order_by("byday").values_list("byday", "opens_at", "notes")) == [
        ("FR", dt.time(9), ""), ("TH", dt.time(14), "Bring a mat"),
    ]  # fmt: skip
    assert list(place.location.accessibility.values_list("details", flat=True)) == ["Ring first"]
    assert (walking.cost_options.count(), place.location.addresses.count()) == (1, 2)


def test_columns_that_are_not_there_are_not_touched(cast, walking):
    before = exported()

    report = load(f"id;Alert\r\n{walking.pk};Closed on 25 December\r\n")

    assert (report.changed, report.refused) == (1, [])
    after = rows_of(exported())
    assert [row["alert"] for row in after if row["id"] == str(walking.pk)] == ["Closed on 25 December"]
    unchanged = [{name: cell for name, cell in row.items() if name != "alert"} for row in rows_of(before)]
    assert [{name: cell for name, cell in row.items() if name != "alert"} for row in after] == unchanged


def test_a_row_of_part_of_a_place_changes_that_part(cast, walking):
    load(f"id,place_1_city\n{walking.pk},Hazel Grove\n")
    location = walking.service_at_locations.get().location
    assert (location.name, location.latitude) == ("@ The Hall", 53.41)
    assert list(location.addresses.order_by("city").values_list("city", "postal_code")) == [
        ("", "SK1 1AA"), ("Hazel Grove", "SK1 3XE"),
    ]  # fmt: skip


def test_a_place_is_added_and_taken_away(cast, walking):
    row = next(row for row in rows_of(exported()) if row["id"] == str(walking.pk))
    second = {"place_2_name": "Zion Hall", "place_2_postal_code": "sk5 8bs", "place_2_schedules": "SU 12:00"}
    Postcode.objects.create(code="SK58BS", latitude=53.43, longitude=-2.13)

    assert load(written([row | second])).changed == 1
    names = list(walking.service_at_locations.order_by("location__name").values_list("location__name", flat=True))
    assert names == ["@ The Hall", "Zion Hall"]
    assert Location.objects.get(name="Zion Hall").latitude == 53.43

    emptied = {name: "" for name in row if name.startswith("place_1_")}
    assert load(written([row | emptied])).changed == 1
    assert walking.service_at_locations.get().location.name == "Zion Hall"


def test_rows_without_an_id_are_new_listings(cast):
    text = (
        "name,organization,description,needs,receiving_team,referral_route,capacity,first_contact_by\n"
        "Chair yoga,Leisure trust,Seated,falls; weight,active team,referral,open,service\n"
        "Tea dance,New Club,Dancing,,,,,\n"
        "Bingo,New Club,Numbers,,,,,\n"
    )

    report = load(text, actor=Actor(stage.fresh(cast.editor)))

    assert (report.created, report.refused) == (3, [])
    yoga = Service.objects.get(name="Chair yoga")
    assert (yoga.organization, yoga.receiving_team, yoga.feed) == (cast.walking.organization, cast.leisure, None)
    assert sorted(yoga.attributes.values_list("taxonomy_term__code", flat=True)) == ["falls", "weight"]
    assert Organization.objects.filter(name="New Club").count() == 1
    assert list(ListingChange.objects.values_list("is_new", "kind", "actor__full_name").distinct()) == [
        (True, "spreadsheet", "Edie Keeper")
    ]
    again = load(text)
    assert (again.created, len(again.refused)) == (0, 3)
    assert again.refused[0].reason == (
        f"id: There is a listing of this name by this organisation: its id is {yoga.pk}."
    )


def test_a_row_that_cannot_be_right_costs_only_itself_and_names_its_line(cast, walking):
    feed = Feed.objects.create(name="Libraries of the Vale", source="x")
    Service.objects.filter(pk=cast.leaflet.pk).update(feed=feed)
    text = "\r\n".join(
        [
            "id,name,minimum_age,capacity,schedules,receiving_team,place_1_latitude,colour",
            f"{walking.pk},Walk,sixty,open,sometimes,Active team,north,",
            f"{cast.visiting.pk},,18,,,Nobody,,",
            f"{cast.scheme.pk},Scheme,200,open,,Exercise hub,,",
            f"{cast.scheme.pk},Scheme,,open,,Exercise hub,,",
            f"{cast.leaflet.pk},Library of the Vale,,,,,,",
            "12,Bingo,,,,,,",
            ",Bingo,,,,,,",
            ",Bingo,,,,,,,blue",
        ]
    )

    report = load(text)

    assert report == ImportReport(
        notes=[Remark("line 1", "There is no column “colour”: it was not read.")],
        refused=[
            Remark(
                f"line 2 ({walking.pk})",
                "minimum_age: “sixty” is not a number. schedules: “sometimes” is not a session like MO 10:00-11:00 or "
                "monthly 2TU 14:00-16:00. place_1_latitude: “north” is not a number.",
            ),
            Remark(f"line 3 ({cast.visiting.pk})", "receiving_team: There is no team called so."),
            Remark(f"line 4 ({cast.scheme.pk})", "minimum_age: Give an age from 0 to 120 years, or none."),
            Remark(f"line 5 ({cast.scheme.pk})", "This id comes twice in the file; the first one counts."),
            Remark(
                f"line 6 ({cast.leaflet.pk})",
                "This listing comes from the feed “Libraries of the Vale”: change name there. "
                "The next reading of the feed would undo what is changed here.",
            ),
            Remark("line 7 (12)", "Its id is none. Leave it empty for a new listing."),
            Remark("line 8 (Bingo)", "organization.name: This field cannot be blank."),
            Remark(
                "line 9 (Bingo)",
                "It has more cells than there are columns: is there a separator in a text without quotation marks?",
            ),
        ],
    )
    assert not ListingChange.objects.exists()


def test_what_a_feed_says_is_left_and_what_is_ours_is_changed_in_one_sheet(cast, walking):
    feed = Feed.objects.create(name="Libraries of the Vale", source="x")
    Service.objects.filter(pk=walking.pk).update(feed=feed)
    row = next(row for row in rows_of(exported()) if row["id"] == str(walking.pk))

    assert row["feed"] == "Libraries of the Vale"
    assert load(written([row | {"capacity": "full"}])).changed == 1
    assert Service.objects.get(pk=walking.pk).capacity == "full"


def test_a_new_row_with_an_id_keeps_it(cast):
    key = uuid.UUID(int=77)
    report = load(f"id,name,organization,description\n{key},Bingo,New Club,Numbers\n")
    bingo = Service.objects.get(name="Bingo")
    assert (report.created, bingo.pk) == (1, key)
    assert (bingo.trust_score, bingo.trust_label, bingo.is_stale) == (0, "Nobody has checked this listing", False)


# --- Who ---------------------------------------------------------------------------------------------------


def test_each_gets_the_listings_that_they_keep(cast, as_user):
    found = {}
    for who in ("editor", "provider", "befriender", "gp", "manager"):
        answer = as_user(getattr(cast, who)).get(CSV)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="services.csv"'
        found[who] = [row["name"] for row in rows_of(b"".join(answer.streaming_content).decode())]
    assert found == {
        "editor": ["Exercise on referral", "Library", "Visiting", "Walking group"],
        "provider": ["Walking group"], "befriender": ["Visiting"], "gp": [], "manager": [],
    }  # fmt: skip


@pytest.mark.parametrize("who", ["provider", "gp", "link_worker", "manager"])
def test_only_editors_bring_a_spreadsheet_in(cast, as_user, who):
    answer = as_user(getattr(cast, who)).post(CSV, f"id,alert\n{cast.walking.pk},!\n", content_type="text/csv")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert not Service.objects.filter(alert="!").exists()


@pytest.mark.parametrize(
    ("content", "kind", "query", "status", "code"),
    [
        ("", "text/csv", "", 400, "invalid"),
        ('"never closed', "text/csv", "", 400, "invalid"),
        ("colour\nblue", "text/csv", "", 400, "invalid"),
        ("id\n", "text/csv", "?dry_run=perhaps", 400, "invalid"),
        ("{}", "application/json", "", 415, "unsupported_media_type"),
        ("id,alert\n" + "x" * 1024 * 1024, "text/csv", "", 413, "body_too_large"),
    ],
)
def test_a_file_that_is_none_is_refused(cast, as_user, content, kind, query, status, code):
    answer = as_user(cast.editor).generic("POST", f"{CSV}{query}", content, content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_csv_is_what_is_had_here_and_a_refusal_is_a_problem(cast, as_user, client):
    assert as_user(cast.editor).get(CSV, headers={"Accept": "text/csv"}).status_code == 200
    answer = client.get(CSV, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


# --- By command, and as a feed -----------------------------------------------------------------------------


def test_the_commands_write_and_read_the_file(cast, walking, tmp_path, capsys):
    file = tmp_path / "services.csv"
    call_command("export_services_csv", str(file))
    call_command("export_services_csv")
    assert capsys.readouterr().out == file.read_bytes().decode()

    changed = file.read_text(encoding="utf-8").replace("Library", "The Library")
    file.write_text(changed, encoding="cp1252" if "\ufeff" not in changed else "utf-8")
    call_command("import_services_csv", str(file), "--dry-run")
    call_command("import_services_csv", str(file), "--by", "Edie.Keeper@work.example")
    assert capsys.readouterr().out.splitlines() == [
        "0 created, 1 changed, 3 unchanged, 0 refused; nothing was written.",
        "0 created, 1 changed, 3 unchanged, 0 refused.",
    ]
    assert ListingChange.objects.get().actor == cast.editor


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("", [], "The file is empty"),
        ("id\n", ["--by", "nobody@work.example"], "Nobody here has the email"),
        ("id\n", ["--by", "pat.active@work.example"], "Only directory editors"),
        ("id\n", ["--feed", "x", "--by", "edie@council.example"], "does not go with --by"),
        ("id\n", ["--whole"], "--whole goes with --feed only"),
        ("id\n", ["--feed", "x", "--allow-withdrawals"], "--allow-withdrawals goes with --whole only"),
    ],
)
def test_a_command_that_cannot_go_on_says_why(cast, tmp_path, content, options, said):
    file = tmp_path / "services.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=said):
        call_command("import_services_csv", str(file), *options)
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_services_csv", str(tmp_path / "other.csv"))


def test_a_spreadsheet_that_somebody_publishes_is_a_feed(cast, tmp_path, capsys):
    file = tmp_path / "clubs.csv"
    file.write_text(
        "name,organization,description,needs,capacity,cost_options,place_1_name,place_1_postal_code,place_1_schedules\n"
        "Bingo,New Club,Numbers,loneliness,full,Everybody: 2,The Hall,SK1 3XE,MO 14:00-16:00\n"
        "Chess,New Club,Moves,swimming,,,,,\n"
        "Darts,New Club,Points,,,,,,sometimes\n",
        encoding="utf-8",
    )
    for _ in range(2):
        call_command("import_services_csv", str(file), "--feed", "Clubs", "--licence", "OGL v3")

    refused = [
        "Refused: line 3: needs: There is no need called 'swimming'.",
        "Refused: line 4: place_1_schedules: “sometimes” is not a session like MO 10:00-11:00 or monthly 2TU "
        "14:00-16:00.",
    ]
    assert capsys.readouterr().out.splitlines() == [
        *refused, "1 created, 0 changed, 0 unchanged, 0 withdrawn, 2 refused.",
        *refused, "0 created, 0 changed, 1 unchanged, 0 withdrawn, 2 refused.",
    ]  # fmt: skip
    bingo = Service.objects.get(name="Bingo")
    assert bingo.feed == Feed.objects.get(name="Clubs")
    assert (bingo.capacity, str(bingo.cost_options.get().amount)) == ("", "2.00")
    place = bingo.service_at_locations.get()
    assert (place.location.addresses.get().postal_code, place.schedules.get().byday) == ("SK1 3XE", "MO")
    assert bingo.attributes.get().taxonomy_term == cast.loneliness
    change = ListingChange.objects.get(service=bingo)
    assert (change.kind, change.side, change.actor_name, change.is_new) == ("import", "feed", "Clubs", True)


@pytest.fixture
def clubs(tmp_path, capsys):
    """Load clubs of these names as the feed "Clubs", and return what the command says."""

    def load(*names, options=()):
        file = tmp_path / "clubs.csv"
        file.write_text("\n".join(["name,organization", *(f"{name},New Club" for name in names)]), encoding="utf-8")
        call_command("import_services_csv", str(file), "--feed", "Clubs", *options)
        return capsys.readouterr().out.splitlines()

    return load


def clubs_standing():
    return sorted(Service.objects.filter(feed__name="Clubs", withdrawn_at=None).values_list("name", flat=True))


def test_what_is_not_in_a_published_spreadsheet_stays_unless_it_is_said_to_be_the_whole_list(clubs):
    clubs("Bingo", "Chess", "Darts", "Cards")

    assert clubs("Bingo", "Chess", "Darts") == [
        "Take care: Not the whole feed was read: nothing was withdrawn of 1 service that was not met.",
        "0 created, 0 changed, 3 unchanged, 0 withdrawn, 0 refused.",
    ]
    assert clubs_standing() == ["Bingo", "Cards", "Chess", "Darts"]
    assert clubs("Bingo", "Chess", "Darts", options=["--whole"]) == [
        "0 created, 0 changed, 3 unchanged, 1 withdrawn, 0 refused."
    ]
    assert clubs_standing() == ["Bingo", "Chess", "Darts"]


def test_a_whole_list_that_lost_much_waits_for_somebody_to_allow_it(clubs):
    clubs("Bingo", "Chess", "Darts", "Cards")

    assert clubs("Bingo", options=["--whole"]) == [
        "Take care: More than a quarter of the 4 services of the feed are missing, which has to be allowed: nothing "
        "was withdrawn of 3 services that were not met (Cards, Chess, Darts).",
        "0 created, 0 changed, 1 unchanged, 0 withdrawn, 3 held back, 0 refused.",
    ]
    assert len(clubs_standing()) == 4
    clubs("Bingo", options=["--whole", "--allow-withdrawals"])
    assert clubs_standing() == ["Bingo"]


def test_a_line_that_cannot_be_read_is_nobody_s_withdrawal(clubs, tmp_path, capsys):
    clubs("Bingo", "Chess")
    file = tmp_path / "broken.csv"
    file.write_text("name,organization,minimum_age\nBingo,New Club,\nChess,New Club,old\n", encoding="utf-8")

    call_command("import_services_csv", str(file), "--feed", "Clubs", "--whole")

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Refused: line 3: minimum_age")
    assert said[1:] == [
        "Take care: Not the whole feed was read: nothing was withdrawn of 1 service that was not met.",
        "0 created, 0 changed, 1 unchanged, 0 withdrawn, 1 refused.",
    ]
    assert clubs_standing() == ["Bingo", "Chess"]


def test_a_dry_run_of_a_published_spreadsheet_says_the_same_and_changes_nothing(clubs):
    clubs("Bingo", "Chess", "Darts", "Cards")
    before = list(ListingChange.objects.order_by("id").values())

    said = clubs("Bingo", "Chess", "Darts", "Swimming", options=["--whole", "--dry-run"])

    assert said == ["1 created, 0 changed, 3 unchanged, 1 withdrawn, 0 refused; nothing was written."]
    assert clubs_standing() == ["Bingo", "Cards", "Chess", "Darts"]
    assert list(ListingChange.objects.order_by("id").values()) == before
    assert clubs("Bingo", "Chess", "Darts", "Swimming", options=["--whole"]) == [
        said[0].replace("; nothing was written", "")
    ]
    assert clubs_standing() == ["Bingo", "Chess", "Darts", "Swimming"]


# --- Imports are changes, too ------------------------------------------------------------------------------


def test_the_history_tells_what_an_import_changed(at, record):
    load_record = lambda **changes: import_feed(  # noqa: E731
        feed_name="Test", source="x", records=[record(**changes)], at=at
    )
    load_record()
    load_record(last_modified="2026-09-01T00:00:00Z")
    load_record(description="New words", cost_options=[])

    told = list(
        ListingChange.objects.order_by("id").values_list("version", "kind", "side", "actor_name", "is_new", "changes")
    )
    assert told == [
        (1, "import", "feed", "Test", True, {}),
        (2, "import", "feed", "Test", False, {
            "description": {"before": "Gentle movement, sitting down.", "after": "New words"},
            "cost_options": {
                "before": [{"amount": "2.50", "currency": "", "option": "Everybody", "amount_description": "",
                            "valid_from": None, "valid_to": None}],
                "after": [],
            },
        }),
    ]  # fmt: skip
    assert Service.objects.get().version == 2


def test_what_is_new_costs_the_history_one_statement_a_batch(at, record, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_SIZE", 50)
    records = [record(f"Service {number}") for number in range(200)]

    with CaptureQueriesContext(connection) as asked:
        import_feed(feed_name="Test", source="x", records=records, at=at)

    assert ListingChange.objects.filter(is_new=True, version=1, changes={}).count() == 200
    of_history = [each["sql"] for each in asked if "services_directory_listingchange" in each["sql"]]
    assert [sql.split()[0] for sql in of_history] == ["INSERT"] * 4
