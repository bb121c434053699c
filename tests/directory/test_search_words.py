"""Words of a search: what they find and in which order, misspelt or not, and what the answer says of how it read."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from services_directory.models import Postcode, SearchWord, Service
from services_directory.search.synonyms import BadSynonyms, parse, synonyms
from services_directory.search.words import changes, read
from services_directory.services import import_feed, load_demo_directory, reindex_directory

pytestmark = pytest.mark.django_db

SERVICES = "/api/v1/services/"


@pytest.fixture
def load(at):
    """Put records into the directory."""

    def load(*records):
        report = import_feed(feed_name="Test", source="test.json", records=records, at=at, licence="OGL v3")
        assert report.refused == []

    return load


@pytest.fixture
def town(load, record):
    """A town with more than one of most things."""

    def listing(name, description, *, place="The Hall", organization="Movers"):
        made = record(name, description=description)
        number = str(uuid.uuid5(uuid.NAMESPACE_URL, place))
        location = made["service_at_locations"][0]["location"]
        location |= {"id": number, "name": place}
        location["addresses"] = [{"id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"a{place}")), "address_1": place}]
        made["organization"] = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, organization)), "name": organization}
        return made | {"attributes": []}

    load(
        listing("Easy lengths", "Swimming for adults who start again.", place="Brinnington Baths"),
        listing("Lane swimming", "Swim up and down.", place="Marple Pool"),
        listing("Brinnington bowls", "On the green behind the church.", place="Brinnington Park"),
        listing("Seated activity", "Move to music without getting up.", place="Bredbury Hall"),
        listing("Zumba gold", "Dancing at half the pace.", place="Bredbury Hall"),
        listing("Memory café", "Tea and songs.", place="Edgeley Hall"),
        listing("Exercise on referral", "Twelve weeks in the gym.", place="Hazel Grove gym"),
        listing("A friend to visit you", "Against loneliness.", organization="Kindred"),
        listing("Living with diabetes", "Type 2, at any age.", place="The Clinic"),
        listing("Men's shed", "Wood, paint and tea.", organization="The Shed at St Thomas'"),
        listing("Pottery", "Clay on Tuesdays.", organization="Crème & Clay"),
        listing("Food/fuel help", "Vouchers and a listening ear."),
        listing("The talking table", "Nobody sits alone."),
    )


def found(client, text, **more):
    answer = client.get(SERVICES, {"search": text, **more})
    assert answer.status_code == 200, answer.json()
    return [service["name"] for service in answer.json()["results"]], answer.json()["searched_for"]


# --- Misspelt -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first", "read_as"),
    [
        ("swiming in Brinington", "Easy lengths", "swimming in brinnington"),
        ("SWIMMNG brinnigton", "Easy lengths", "swimming brinnington"),
        ("dimentia cafe", "Memory café", "dementia cafe"),
        ("memmory caffe", "Memory café", "memory cafe"),
        ("seeted activty", "Seated activity", "seated activity"),
        ("chiar exercise", "Seated activity", "chair exercise"),
        ("excercise referal", "Exercise on referral", "exercise referral"),
        ("befreinding", "A friend to visit you", "befriending"),
        ("lonliness", "A friend to visit you", "loneliness"),
        ("diabetis", "Living with diabetes", "diabetes"),
        ("potery", "Pottery", "pottery"),
        ("hazle grove", "Exercise on referral", "hazel grove"),
        ("zmuba", "Zumba gold", "zumba"),
        ("marpel pool", "Lane swimming", "marple pool"),
    ],
)
def test_a_misspelt_search_finds_what_was_meant_and_says_so(as_link_worker, town, typed, first, read_as):
    names, searched_for = found(as_link_worker, typed)

    assert names[:1] == [first]
    assert searched_for["text"].lower() == read_as
    assert searched_for["corrected"] != []


def test_the_answer_says_which_words_were_read_as_which(as_link_worker, town):
    _, searched_for = found(as_link_worker, "swiming in Brinington")

    assert searched_for["corrected"] == [
        {"typed": "swiming", "read_as": "swimming"},
        {"typed": "Brinington", "read_as": "brinnington"},
    ]
    assert searched_for["unknown"] == []


@pytest.mark.parametrize("typed", ["lane", "bowls", "clay", "swim", "green"])
def test_a_word_that_a_service_bears_is_never_corrected(as_link_worker, town, typed):
    names, searched_for = found(as_link_worker, typed)

    assert names != []
    assert (searched_for["text"], searched_for["corrected"]) == (typed, [])


def test_words_that_exist_but_stand_nowhere_together_find_nothing_and_are_not_changed(as_link_worker, town):
    names, searched_for = found(as_link_worker, "zumba lane")

    assert (names, searched_for["text"]) == ([], "zumba lane")
    assert (searched_for["corrected"], searched_for["unknown"]) == ([], [])


@pytest.mark.parametrize("typed", ["qwxzjk", "xqz", "1234567", "marvellous elephants"])
def test_words_of_which_nothing_is_known_find_nothing_and_the_answer_says_so(as_link_worker, town, typed):
    names, searched_for = found(as_link_worker, typed)

    assert (names, searched_for["text"], searched_for["unknown"]) == ([], typed, typed.split())


@pytest.mark.parametrize(
    ("typed", "text", "unknown", "first"),
    [
        ("qwxzjk swimming", "swimming", ["qwxzjk"], "Lane swimming"),
        ("brinnington bowels", "brinnington", ["bowels"], "Brinnington bowls"),
        ("swimming near Brinnington please", "swimming Brinnington", ["near", "please"], "Easy lengths"),
        ("swimming on monday morning", "swimming on", ["monday", "morning"], "Lane swimming"),
        ("marvellous pottery", "pottery", ["marvellous"], "Pottery"),
    ],
)
def test_what_is_no_mistake_and_stands_nowhere_is_left_out_and_said(as_link_worker, town, typed, text, unknown, first):
    names, searched_for = found(as_link_worker, typed)

    assert names[:1] == [first]
    assert (searched_for["text"], searched_for["corrected"], searched_for["unknown"]) == (text, [], unknown)


def test_a_mistake_in_a_phrase_is_mended_before_its_other_words_are_judged(as_link_worker, town):
    names, searched_for = found(as_link_worker, "cofee morning")

    assert (searched_for["text"], searched_for["unknown"]) == ("coffee morning", [])
    assert names == ["The talking table"]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("swimming near SK5 8AA", "swimming"),
        ("swimming sk58aa", "swimming"),
        ("SK5 8AA swimming", "swimming"),
        ("swimming close to SK5 8AA", "swimming"),
    ],
)
def test_a_postcode_among_the_words_is_where_to_look(as_link_worker, town, typed, text):
    Postcode.objects.create(code="SK58AA", latitude=53.43, longitude=-2.13)

    names, searched_for = found(as_link_worker, typed)

    assert (searched_for["text"], searched_for["near"], searched_for["unknown"]) == (text, "SK5 8AA", [])
    assert sorted(names) == ["Easy lengths", "Lane swimming"]
    assert as_link_worker.get(SERVICES, {"search": typed}).json()["results"][0]["distance_km"] is not None


def test_a_postcode_among_the_words_is_looked_up_once(as_link_worker, town):
    Postcode.objects.create(code="SK58AA", latitude=53.43, longitude=-2.13)

    with CaptureQueriesContext(connection) as asked:
        found(as_link_worker, "swimming near SK5 8AA or SK5 8ZZ")

    assert len([query for query in asked.captured_queries if "FROM services_directory_postcode" in query["sql"]]) == 1


def test_a_postcode_alone_asks_for_what_is_nearest(as_link_worker, town):
    Postcode.objects.create(code="SK58AA", latitude=53.43, longitude=-2.13)

    names, searched_for = found(as_link_worker, "SK5 8AA")
    nearest = as_link_worker.get(SERVICES, {"postcode": "SK5 8AA"}).json()

    assert names == [service["name"] for service in nearest["results"]]
    assert searched_for == {"text": "", "corrected": [], "also": [], "unknown": [], "near": "SK5 8AA"}


def test_a_postcode_that_is_unknown_or_quoted_or_beside_a_point_is_read_as_words(as_link_worker, town):
    Postcode.objects.create(code="SK58AA", latitude=53.43, longitude=-2.13)
    here = {"latitude": "53.4", "longitude": "-2.1"}

    names, searched_for = found(as_link_worker, "pottery SK5 8ZZ")
    assert (names, searched_for["text"], searched_for["unknown"], searched_for["near"]) == (
        ["Pottery", "Men's shed"], "pottery", ["SK5", "8ZZ"], ""
    )  # fmt: skip
    assert found(as_link_worker, '"SK5 8AA"')[1]["near"] == ""
    assert found(as_link_worker, "swimming SK5 8AA", **here)[1]["near"] == ""


def test_what_is_quoted_or_unwanted_is_taken_as_it_is_written(as_link_worker, town):
    assert found(as_link_worker, '"lane swiming"')[0] == []
    assert found(as_link_worker, "swimming -lane")[0] == ["Easy lengths"]
    assert found(as_link_worker, 'swimming -"lane swimming"')[0] == ["Easy lengths"]
    assert sorted(found(as_link_worker, "bowls or zumba")[0]) == ["Brinnington bowls", "Zumba gold"]


def test_a_word_of_a_service_that_is_gone_can_be_corrected_again(as_link_worker, town):
    Service.objects.filter(name="Lane swimming").update(status="defunct")
    assert found(as_link_worker, "lane")[0] == []

    reindex_directory()

    assert not SearchWord.objects.filter(word="lane").exists()
    assert SearchWord.objects.filter(word="zumba").exists()


def test_a_word_of_a_service_that_is_gone_is_left_out_like_any_other(as_link_worker, town):
    assert found(as_link_worker, "lane")[0] == ["Lane swimming"]
    Service.objects.filter(name="Lane swimming").update(status="defunct")

    names, searched_for = found(as_link_worker, "pottery lane")

    assert (names[:1], searched_for["text"], searched_for["unknown"]) == (["Pottery"], "pottery", ["lane"])


# --- Meant the same ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("chair exercise", "Seated activity"),
        ("chair based exercises", "Seated activity"),
        ("armchair aerobics", "Seated activity"),
        ("GP exercise scheme", "Exercise on referral"),
        ("exercise on prescription", "Exercise on referral"),
        ("befriending", "A friend to visit you"),
        ("lonely", "A friend to visit you"),
        ("dementia cafe", "Memory café"),
        ("sugar diabetes", "Living with diabetes"),
        ("mens shed", "Men's shed"),
        ("foodbank", None),
        ("swimming", "Lane swimming"),
    ],
)
def test_what_the_field_calls_otherwise_is_found(as_link_worker, town, typed, first):
    names, searched_for = found(as_link_worker, typed)

    assert names[:1] == ([first] if first else [])
    assert searched_for["corrected"] == []


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("keep fit", "Strength and balance class"),
        ("walking football", "I Wish I'd Tried: walking football"),
        ("dementia café", "Memory café"),
        ("befriending", "Visiting friends"),
        ("exercise referral scheme for diabetes", "PARiS: Physical Activity Referral in Stockport"),
        ("gp exercise scheme", "PARiS: Physical Activity Referral in Stockport"),
        ("SMT", "SMILE"),
        ("fall prevention", "Strength and balance class"),
        ("chair exercise", "Strength and balance class"),
        ("foodbank", None),
        ("benefits advice", "Benefits check"),
        ("computer help", "Getting online"),
        ("buggy walks", "Buggy walks"),
    ],
)
def test_the_demonstration_is_found_by_the_words_of_the_field(as_link_worker, teams, at, typed, named):
    load_demo_directory(teams=teams, at=at)

    names, _ = found(as_link_worker, typed)

    assert (named in names) if named else names == []


def test_what_bears_the_words_comes_before_what_is_only_meant_the_same(as_link_worker, load, record):
    load(
        record("Seated activity", description="Seated activity, seated activity."),
        record("Tuesday club", description="Now and then a chair exercise, after the tea."),
    )

    assert found(as_link_worker, "chair exercise")[0] == ["Tuesday club", "Seated activity"]


def test_the_file_of_synonyms_is_read_both_ways_and_one_way():
    read_file = parse("# why\n\nchair exercise, seated activity\nswimming => pool\n")

    assert read_file == {
        "chair exercise": ("seated activity",),
        "seated activity": ("chair exercise",),
        "swimming": ("pool",),
    }
    assert "seated exercise" in synonyms()["chair exercise"]


@pytest.mark.parametrize("line", ["alone", "a,, b", "=> b", "a =>"])
def test_a_line_of_synonyms_that_says_nothing_is_an_error(line):
    with pytest.raises(BadSynonyms, match="line 1"):
        parse(line)


# --- Order --------------------------------------------------------------------------------------------------------


def test_a_name_comes_before_an_organisation_and_that_before_a_description(as_link_worker, load, record):
    load(
        record("Aardvark", description="Sometimes yoga."),
        record("Bees", description="Honey.", organization={"id": str(uuid.UUID(int=7)), "name": "Yoga people"}),
        record("Gentle yoga and rest", description="Stretching."),
        record("Yoga", description="Stretching."),
    )

    assert found(as_link_worker, "yoga")[0] == ["Yoga", "Gentle yoga and rest", "Bees", "Aardvark"]


def test_stale_listings_sink_whatever_the_order(as_link_worker, load, record):
    load(*(record(name) for name in ("Ale yoga", "Beer yoga", "Yoga")))
    Service.objects.filter(name="Yoga").update(is_stale=True, trust_score=12)
    here = {"latitude": 53.41, "longitude": -2.157}

    by_words = as_link_worker.get(SERVICES, {"search": "yoga"}).json()["results"]
    by_distance = as_link_worker.get(SERVICES, here).json()["results"]
    by_name = as_link_worker.get(SERVICES, {"sort": "name"}).json()["results"]

    assert [[entry["name"] for entry in order] for order in (by_words, by_distance, by_name)] == [
        ["Ale yoga", "Beer yoga", "Yoga"]
    ] * 3
    assert [(entry["trust"]["score"], entry["trust"]["is_stale"]) for entry in by_name] == [
        (20, False), (20, False), (12, True)
    ]  # fmt: skip


# --- Odd words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("CAFÉ", "Memory café"),
        ("creme", "Pottery"),
        ("crème", "Pottery"),
        ("men’s shed", "Men's shed"),  # noqa: RUF001
        ("St Thomas'", "Men's shed"),
        ("fuel", "Food/fuel help"),
        ("the talking", "The talking table"),
        ("the", "The talking table"),
        ("Seated-activity", "Seated activity"),
        ("swim", "Lane swimming"),
        ("swims", "Lane swimming"),
    ],
)
def test_accents_apostrophes_capitals_and_endings_do_not_matter(as_link_worker, town, typed, first):
    assert found(as_link_worker, typed)[0][:1] == [first]


@pytest.mark.parametrize(
    "typed",
    [
        "'; DROP TABLE services_directory_service; --",
        "' | ''",
        "!!! ((( :* & | <-> ",
        "a & b:* | !c",
        "%",
        "_",
        "\\",
        '"',
        '"" -',
        "-",
        "- -- ---",
        "or",
        "or or or",
        "-or",
        "%s %(v0)s {}",
        "½ № ﬃ ǅ",
        "ʼn İstanbul ẞ",  # noqa: RUF001
        "👵🏽 🏊",
        "\u202eevil\u202c",
        "e\u0301\u0301\u0301",
        "שלום 你好 नमस्ते",
        "x" * 200,
        "a " * 100,
        "'" * 200,
        "t'ai chi",
        "http://example.org/a?b=c",
        "\ufffd\ufeff",
        "\t\r\n",
    ],
)
@pytest.mark.parametrize("more", [{}, {"facets": "true", "latitude": "53.4", "longitude": "-2.1", "within_km": "5"}])
def test_whatever_is_typed_has_an_answer(as_link_worker, town, typed, more):
    answer = as_link_worker.get(SERVICES, {"search": typed, **more})

    assert answer.status_code == 200
    assert Service.objects.count() == 13


def test_the_words_are_understood_as_they_stand():
    terms = read("tai-chi -men's \"two words\" or carers' ?")

    assert [(term.text, term.is_quoted, term.is_unwanted, term.joins_with_or) for term in terms.terms] == [
        ("tai", False, False, False),
        ("chi", False, False, False),
        ("men", False, True, False),
        ("two words", True, False, False),
        ("carers", False, False, True),
    ]


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("swiming", "swimming", 1),
        ("hazle", "hazel", 1),
        ("same", "same", 0),
        ("befreinding", "befriending", 1),
        ("lonlyness", "loneliness", 2),
        ("qwxzjk", "garden", 3),
        ("", "ab", 2),
    ],
)
def test_a_change_is_a_letter_more_less_other_or_swapped(one, other, count):
    assert changes(one, other, most=2) == count


# --- The public search ----------------------------------------------------------------------------------------------


def test_the_public_search_takes_words_as_they_are(town):
    def names(text):
        return sorted(Service.objects.active().with_words(text).values_list("name", flat=True))

    assert names("swimming") == ["Easy lengths", "Lane swimming"]
    assert names("The talking table") == ["The talking table"]
    assert names("the") == ["The talking table"]
    assert names("brinnington") == ["Brinnington bowls", "Easy lengths"]
    assert [names(text) for text in ("swiming", "qwxzjk", "chair exercise")] == [[], [], []]
