"""What was sent about a listing, made whole: each value in its one form, each part with all that is said of it.

A part that names its id keeps what was not sent of it; one without an id begins blank. Values that cannot be right are
refused here, field by field; what fields ask of each other is for `checking`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Team
from accounts.selectors import find_team
from core.errors import Invalid
from core.identifiers import clean_postcode
from services_directory.enums import Gender, LifeCourseStage, LocationType
from services_directory.limits import MOST_PARTS, MOST_SHAPE, MOST_TEXT
from services_directory.listing.document import (
    AT_LOCATION,
    LOCATION,
    OF_LOCATION,
    OF_ORGANIZATION,
    OF_SERVICE,
    ORGANIZATION,
    SCALARS,
    SCHEDULE,
    Document,
    Item,
    Part,
    location_item,
    organization_item,
    plain,
    rule_set_items,
)
from services_directory.models import Location, Organization, Service, ServiceAtLocation
from services_directory.open_referral import cleaning
from services_directory.selectors import UnknownPostcode, locate, needs

_CLEAN: Mapping[str, Callable[[Any], str]] = {
    "url": cleaning.link,
    "website": cleaning.link,
    "logo": cleaning.link,
    "schedule_link": cleaning.link,
    "uri": cleaning.uri,
    "byday": cleaning.byday,
}
"""Columns whose form is more than their type: each returns the stored form, or raises the end of a sentence."""
_SETS = {"genders": Gender.values, "life_course_stage": LifeCourseStage.values}
"""Lists whose order means nothing: they are kept in this one."""


def complete(sent: Mapping[str, Any], *, service: Service | None) -> Document:
    """Return what was sent as a document has it, but with the ids of parts, and parts in the order sent.

    :param sent: fields of a document; parts may leave out what they do not say.
    :param service: the listing that is edited; None for a new one.
    :raises Invalid: if a value cannot be right, or names something that is not there.
    """
    return _Completion(service).document(plain(dict(sent)))


class _Completion:
    """One reading of what was sent; collects what is wrong, by where it stands."""

    def __init__(self, service: Service | None) -> None:
        self.service = service
        self.errors: dict[str, list[str]] = {}
        self.met: set[str] = set()

    def document(self, sent: Document) -> Document:
        made = self.values(Service, [name for name in SCALARS if name in sent], sent, at="")
        for name, value in sent.items():
            if name == "receiving_team":
                made[name] = self.team(value)
            elif name == "organization":
                made[name] = self.organization(value)
            elif name == "service_at_locations":
                made[name] = [self.at_location(item, at=f"{name}.{index}") for index, item in enumerate(value)]
            elif name in OF_SERVICE:
                made[name] = self.items(OF_SERVICE[name], value, self.own_rows(name), at=name)
            elif name == "funding":
                made[name] = list(dict.fromkeys(source.strip() for source in value if source.strip()))
            elif name == "needs":
                made[name] = self.needs(value)
            elif name == "rule_sets":
                made[name] = self.rule_sets(value)
        if self.errors:
            raise Invalid(self.errors)
        return made

    def refuse(self, at: str, sentence: str) -> None:
        self.errors.setdefault(at, []).append(sentence)

    # --- Values -----------------------------------------------------------------------------------------------

    def values(self, model: type[models.Model], names: list[str], sent: Mapping[str, Any], *, at: str) -> Item:
        """Return the named values in their stored form, as the model's own fields judge them."""
        given = {name: self.text(value) for name, value in sent.items() if name in names}
        row = model(**given)
        try:
            row.clean_fields(exclude={field.name for field in model._meta.fields if field.name not in given})
        except ValidationError as problem:
            for name, sentences in problem.message_dict.items():
                for sentence in sentences:
                    self.refuse(_join(at, name), sentence)
            return given
        made = {name: plain(getattr(row, name)) for name in given}
        for name, value in made.items():
            made[name] = self.cleaned(name, value, at=at)
        return made

    def text(self, value: Any) -> Any:
        return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value

    def cleaned(self, name: str, value: Any, *, at: str) -> Any:
        if isinstance(value, str) and cleaning.without_controls(value) != value:
            self.refuse(_join(at, name), "It holds characters that cannot be shown.")
        elif isinstance(value, str) and len(value) > (most := MOST_SHAPE if name == "extent" else MOST_TEXT):
            self.refuse(_join(at, name), f"It has {len(value):,} characters; {most:,} are the most.")
        elif name in _SETS:
            return [choice for choice in _SETS[name] if choice in value]
        elif name == "review_points_weeks":
            return sorted(set(value))
        elif name in _CLEAN and value:
            try:
                return _CLEAN[name](value)
            except ValueError as problem:
                self.refuse(_join(at, name), f"This {problem}.")
        return value

    def team(self, value: Any) -> Item | None:
        if value is None:
            return None
        team_id = UUID(value["id"] if isinstance(value, Mapping) else value)
        current: Team | None = self.service.receiving_team if self.service else None
        team = current if current is not None and current.pk == team_id else find_team(team_id)
        if team is None:
            self.refuse("receiving_team", "There is no such team.")
            return None
        return {"id": str(team.pk), "name": team.name}

    def needs(self, codes: list[str]) -> list[str]:
        known = set(needs().values_list("code", flat=True))
        for code in codes:
            if code not in known:
                self.refuse("needs", f"There is no need called {code[:50]!r}: see /api/v1/needs/.")
        return sorted(set(codes))

    def rule_sets(self, keys: list[Any]) -> list[Item]:
        """Return rule sets, each given by its key or as a document has it, in the version of today."""
        wanted = {item["key"] if isinstance(item, Mapping) else item for item in keys}
        known = rule_set_items(wanted)
        for key in sorted(wanted - known.keys()):
            self.refuse("rule_sets", f"No rule set {key[:60]!r} has been published: see /api/v1/directory/rule-sets/.")
        return [known[key] for key in sorted(known)]

    # --- Parts ------------------------------------------------------------------------------------------------

    def own_rows(self, name: str) -> dict[str, Any]:
        """Return by id the rows of a part that hang on the listing itself."""
        if self.service is None:
            return {}
        rows = getattr(self.service, name).all()
        if name == "schedules":
            rows = rows.filter(service_at_location__isnull=True)
        return _by_id(rows)

    def items(self, part: Part, sent: list[Item], rows: Mapping[str, Any], *, at: str) -> list[Item]:
        if len(sent) > MOST_PARTS:
            self.refuse(at, f"There are {len(sent):,} of them; {MOST_PARTS:,} are the most.")
            return []
        made = [self.item(part, item, rows, at=f"{at}.{index}") for index, item in enumerate(sent)]
        # What a feed has left empty is in nobody's way: as many as there are may come back as they were read.
        there = sum(part.is_empty(part.item_of(row)) for row in rows.values())
        for index, item in enumerate(made):
            is_wrong = any(where.startswith(f"{at}.{index}.") for where in self.errors)  # and that has been said
            if part.is_empty(part.blank() | item) and not is_wrong:
                there -= 1
                if there < 0:
                    self.refuse(f"{at}.{index}", f"It says nothing. Send {_any_of(part.telling)}, or leave it out.")
        return made

    def item(self, part: Part, sent: Item, rows: Mapping[str, Any], *, at: str) -> Item:
        """Return one part: what its row says (by its id) or a blank one, with what was sent."""
        key, row = self.named(sent, rows, at=at)
        said = part.item_of(row) if row else part.blank()
        return key | self.values(part.model, list(part.columns), said | sent, at=at)

    def named(self, sent: Item, rows: Mapping[str, Any], *, at: str) -> tuple[Item, Any]:
        """Return the id that a part names, and its row; each row once."""
        if sent.get("id") is None:
            return {}, None
        key = str(sent["id"])
        row = rows.get(key)
        if row is None:
            self.refuse(f"{at}.id", "There is no such part here: leave the id out for a new one.")
        elif key in self.met:
            self.refuse(f"{at}.id", "This id comes twice: leave it out for a new part.")
        self.met.add(key)
        return {"id": key}, row

    def organization(self, sent: Item) -> Item:
        current = self.service.organization if self.service else None
        row = current
        if sent.get("id") is not None and (current is None or str(current.pk) != str(sent["id"])):
            row = Organization.objects.filter(pk=sent["id"]).first()
            if row is None:
                self.refuse("organization.id", "There is no such organisation: leave the id out for a new one.")
                return {}
        said = organization_item(row) if row else {name: [] for name in OF_ORGANIZATION} | ORGANIZATION.blank()
        made: Item = {"id": str(row.pk)} if row else {}
        made |= self.values(Organization, list(ORGANIZATION.columns), said | sent, at="organization")
        return made | self.children(OF_ORGANIZATION, sent, said, row, at="organization")

    def children(
        self, parts: Mapping[str, Part], sent: Item, said: Item, row: Any, *, at: str
    ) -> dict[str, list[Item]]:
        """Return the parts of an organisation or a place: those sent, else those that there are."""
        return {
            name: self.items(part, sent[name], _by_id(getattr(row, name).all()) if row else {}, at=f"{at}.{name}")
            if name in sent
            else said[name]
            for name, part in parts.items()
        }

    def at_location(self, sent: Item, *, at: str) -> Item:
        rows = _by_id(self.service.service_at_locations.select_related("location")) if self.service else {}
        key, row = self.named(sent, rows, at=at)
        said = AT_LOCATION.item_of(row) if row else AT_LOCATION.blank()
        schedules = _by_id(row.schedules.all()) if row else {}
        return {
            **key,
            # In the order of a document, by which its parts are put in order.
            "location": self.location(sent.get("location", {}), row.location if row else None, at=f"{at}.location"),
            **self.values(ServiceAtLocation, list(AT_LOCATION.columns), said | sent, at=at),
            "schedules": self.items(SCHEDULE, sent["schedules"], schedules, at=f"{at}.schedules")
            if "schedules" in sent
            else [{"id": key} | SCHEDULE.item_of(row) for key, row in schedules.items()],
        }

    def location(self, sent: Item, current: Location | None, *, at: str) -> Item:
        row = current
        if sent.get("id") is not None and (current is None or str(current.pk) != str(sent["id"])):
            row = Location.objects.filter(pk=sent["id"]).first()
            if row is None:
                self.refuse(f"{at}.id", "There is no such place: leave the id out for a new one.")
                return {}
        said = location_item(row) if row else {name: [] for name in OF_LOCATION} | LOCATION.blank()
        made: Item = {"id": str(row.pk)} if row else {}
        made |= self.values(Location, list(LOCATION.columns), said | sent, at=at)
        made |= self.children(OF_LOCATION, sent, said, row, at=at)
        if not self.errors:
            self.clean_postcodes(made, at=at)
        if not self.errors and made["location_type"] == LocationType.PHYSICAL:
            self.put_on_map(made)
        return made

    def clean_postcodes(self, place: Item, *, at: str) -> None:
        for index, address in enumerate(place["addresses"]):
            if address["postal_code"] and address["country"].upper() in {"", "GB", "UK"}:
                try:
                    address["postal_code"] = clean_postcode(address["postal_code"])
                except ValueError as problem:
                    self.refuse(f"{at}.addresses.{index}.postal_code", str(problem))

    def put_on_map(self, place: Item) -> None:
        """Take the point of the postcode where no point is given, or only that of the postcode before it."""
        code = next((address["postal_code"] for address in place["addresses"] if address["postal_code"]), "")
        point = (place["latitude"], place["longitude"])
        if not code or (point != (None, None) and not self.is_point_of_another_postcode(point, code)):
            return
        try:
            found = locate(code)
        except (UnknownPostcode, Invalid):
            place["latitude"] = place["longitude"] = None  # better on no map than in the wrong street
        else:
            place["latitude"], place["longitude"] = found.latitude, found.longitude

    def is_point_of_another_postcode(self, point: tuple[Any, Any], code: str) -> bool:
        if self.service is None:
            return False
        rows = self.service.service_at_locations.filter(location__latitude=point[0], location__longitude=point[1])
        codes = set(rows.values_list("location__addresses__postal_code", flat=True)) - {None, ""}
        return bool(codes) and code not in codes


def _by_id(rows: Any) -> dict[str, Any]:
    return {str(row.pk): row for row in rows}


def _any_of(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
