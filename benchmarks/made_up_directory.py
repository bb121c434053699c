"""A made-up directory of any size, for benchmarks: skewed as real ones are, and nothing in it is anybody's.

Towns, organisations and words follow Zipf's law: the largest town of 400 has a tenth of the services, the commonest
word stands in most descriptions. The same seed gives the same directory.
"""

import random
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from django.db import connection, models

from services_directory.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Feed,
    Language,
    Location,
    Organization,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from services_directory.needs import NEEDS, need_id
from services_directory.services import load_terms, reindex_directory

TOWNS, WORDS, SERVICES_OF_AN_ORGANIZATION = 400, 5000, 4
ACTIVITIES = (
    "swimming", "yoga", "walking", "chair exercise", "tai chi", "pilates", "choir", "gardening", "art", "cooking",
    "football", "bowls", "dance", "badminton", "table tennis", "knitting", "reading", "music", "chess", "lunch",
    "befriending", "advice", "debt advice", "benefits check", "carers support", "memory cafe", "bereavement cafe",
    "strength and balance", "health walk", "cycling", "archery", "pottery", "bingo", "crafts", "sewing", "computers",
    "english lessons", "volunteering", "allotment", "meditation",
)  # fmt: skip
KINDS = ("group", "class", "club", "sessions", "drop-in", "course", "café", "project", "for beginners", "together")
PEOPLE = ("older people", "parents", "adults", "carers", "women", "men", "young people", "everybody")
STARTS = (
    "Ash", "Brad", "Brinn", "Charl", "Den", "East", "Fern", "Glen", "Hazel", "Kings", "Lang", "Mar", "North", "Oak",
    "Pen", "Red", "Stan", "Thorn", "West", "Wood",
)  # fmt: skip
ENDS = (
    "bury", "combe", "dale", "field", "ford", "ham", "ington", "leigh", "mere", "minster", "port", "stead", "thorpe",
    "ton", "vale", "wick", "wood", "worth", "bridge", "cliffe",
)  # fmt: skip
SYLLABLES = ("ba", "co", "den", "el", "fi", "gor", "han", "il", "ju", "kel", "lo", "mar", "nev", "or", "pel", "qui",
             "ros", "sta", "tun", "ul", "ver", "wim", "yar", "zan")  # fmt: skip
ACCESS = ("Level entrance, accessible toilet.", "Step-free, lift, hearing loop.", "One step at the door.", "", "", "")
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:community-referral:benchmark")


@dataclass(frozen=True)
class Town:
    """A made-up town, somewhere in England."""

    name: str
    latitude: float
    longitude: float


class MadeUp:
    """What the rows are drawn from."""

    def __init__(self, *, seed: int = 7) -> None:
        self.rng = random.Random(seed)  # noqa: S311 - the same directory every time is the point
        rng = self.rng
        names = rng.sample([start + end for start in STARTS for end in ENDS], TOWNS)
        self.towns = [Town(name, rng.uniform(50.6, 54.9), rng.uniform(-3.0, 0.8)) for name in names]
        made = dict.fromkeys("".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(3 * WORDS))
        self.words = list(made)[:WORDS]
        self.town_weights = list(accumulate(1 / (rank + 5) for rank in range(TOWNS)))
        self.word_weights = list(accumulate(1 / (rank + 2) for rank in range(WORDS)))

    def town(self) -> Town:
        """A town, the larger the likelier."""
        return self.rng.choices(self.towns, cum_weights=self.town_weights)[0]

    def text(self, count: int) -> str:
        """Some words, the common ones often."""
        return " ".join(self.rng.choices(self.words, cum_weights=self.word_weights, k=count))


def fill(*, services: int, seed: int = 7, say: Callable[[str], None] = print) -> MadeUp:
    """Fill an empty database with a directory; return what it was drawn from."""
    made_up = MadeUp(seed=seed)
    load_terms()
    tables = {model: [] for model in _TABLES}  # type: dict[type[models.Model], list[dict[str, Any]]]
    for number in range(services):
        for model, row in _service(made_up, number):
            tables[model].append(row)
    say(f"{sum(map(len, tables.values())):,} rows made")
    with connection.cursor() as cursor:
        # The index is made at the end, and what has come out of our own hands needs no trigger.
        for model in _TABLES:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        for model, rows in tables.items():
            _copy(cursor, model, rows)
        for model in _TABLES:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
        cursor.execute("ANALYZE")
    say("copied")
    reindex_directory()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    say("indexed")
    return made_up


_TABLES: tuple[type[models.Model], ...] = (
    Feed,
    Organization,
    Location,
    Address,
    Accessibility,
    Service,
    ServiceAtLocation,
    Schedule,
    CostOption,
    ServiceArea,
    Language,
    Attribute,
)


def _id(*parts: object) -> uuid.UUID:
    return uuid.uuid5(_SPACE, "/".join(map(str, parts)))


def _service(made_up: MadeUp, number: int) -> Iterator[tuple[type[models.Model], dict[str, Any]]]:
    rng = made_up.rng
    town = made_up.town()
    activity, people = rng.choice(ACTIVITIES), rng.choice(PEOPLE)
    organization = number - number % SERVICES_OF_AN_ORGANIZATION
    if number == organization:
        name = f"{town.name} {rng.choice(('Leisure', 'Neighbours', 'Trust', 'Association', 'Friends'))} {number}"
        yield Organization, {"id": _id("organization", organization), "name": name, "description": made_up.text(10)}
    key = _id("service", number)
    delivery = rng.choices(("in_place", "at_home", "online", "posted", ""), (80, 8, 5, 1, 6))[0]
    yield (
        Service,
        {
            "id": key,
            "organization_id": _id("organization", organization),
            "name": f"{activity} {rng.choice(KINDS)}".capitalize()
            + (f" {made_up.text(1)}" if rng.random() < 0.5 else ""),
            "description": f"{activity} for {people} in {town.name}. {made_up.text(40)}.",
            "status": "active" if rng.random() < 0.97 else "inactive",
            "minimum_age": rng.choice((None, None, 16, 18, 50, 65)),
            "delivery": delivery,
            "capacity": rng.choice(("", "open", "open", "waiting_list", "full")),
            "life_course_stage": rng.sample(("start_well", "live_well", "age_well"), rng.randint(0, 2)),
            "is_stale": rng.random() < 0.2,
            "trust_score": rng.randint(0, 100),
        },
    )
    for code in rng.sample(sorted(NEEDS), rng.randint(1, 3)):
        yield (
            Attribute,
            {
                "id": _id("attribute", number, code),
                "service_id": key,
                "link_type": "need",
                "taxonomy_term_id": need_id(code),
            },
        )
    for place in range(rng.choices((1, 2, 3), (80, 15, 5))[0] if delivery in ("in_place", "") else 0):
        at, spot = _id("at", number, place), _id("location", number, place)
        yield (
            Location,
            {
                "id": spot,
                "name": f"{town.name} {rng.choice(('Hall', 'Library', 'Centre', 'Church', 'Park'))}",
                "latitude": town.latitude + rng.gauss(0, 0.03),
                "longitude": town.longitude + rng.gauss(0, 0.05),
            },
        )
        yield (
            Address,
            {
                "id": _id("address", number, place),
                "location_id": spot,
                "address_1": f"{rng.randint(1, 200)} {rng.choice(STARTS)} Road",
                "city": town.name,
                "postal_code": f"ZZ{rng.randint(1, 9)} {rng.randint(1, 9)}AA",
                "country": "GB",
            },
        )
        if described := rng.choice(ACCESS):
            yield Accessibility, {
                "id": _id("access", number, place), "location_id": spot, "description": described
            }  # fmt: skip
        yield ServiceAtLocation, {"id": at, "service_id": key, "location_id": spot}
        for day in rng.sample(("MO", "TU", "WE", "TH", "FR", "SA"), rng.randint(1, 2)):
            begin = rng.randint(9, 19)
            yield (
                Schedule,
                {
                    "id": _id("schedule", number, place, day),
                    "service_at_location_id": at,
                    "freq": "WEEKLY",
                    "byday": day,
                    "opens_at": f"{begin:02}:00",
                    "closes_at": f"{begin + rng.randint(1, 3):02}:00",
                },
            )
    if delivery not in ("in_place", ""):
        yield ServiceArea, {"id": _id("area", number), "service_id": key, "name": town.name}
    yield (
        CostOption,
        {
            "id": _id("cost", number),
            "service_id": key,
            "option": "Everybody",
            "amount": rng.choice((0, 0, 1, 2.5, 4)),
        },
    )
    if rng.random() < 0.05:
        language = rng.choice(("Polish", "Urdu", "Welsh"))
        yield Language, {"id": _id("language", number), "service_id": key, "name": language}


def _copy(cursor: Any, model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    fields = model._meta.concrete_fields
    defaults = {field.attname: None if field.null else field.get_default() for field in fields}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    prepared = {field.attname: field.get_db_prep_save for field in fields if field.get_internal_type() == "JSONField"}
    for name, prepare in prepared.items():
        defaults[name] = prepare(defaults[name], connection)
    with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row.get(name, default) for name, default in defaults.items()])
