"""A listing of the directory as it is published, in words."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from services_directory.enums import Capacity, Delivery, FirstContact, Frequency, ReferralRoute, Weekday
from services_directory.models import CostOption, Schedule, Service, ServiceAtLocation
from web import words
from web.record.facts import Fact, fact, known


def facts_of(service: Service) -> list[Fact]:
    """Return what the directory says of a service; "Not said" where it says nothing."""
    costs = (_cost(cost) for cost in service.cost_options.all())
    facts = [
        Fact(name="Run by", values=[service.organization.name]),
        Fact(name="What it is", values=_said(service.description)),
        Fact(
            name="For whom",
            values=_said(ages(service.minimum_age, service.maximum_age), service.eligibility_description),
        ),
        Fact(name="Where", values=_said(*_places(service))),
        Fact(name="When", values=_said(*_times(service))),
        Fact(name="Cost", values=_said(*costs, service.fees_description)),
        Fact(name="How to reach it", values=_said(*_ways_to_reach(service))),
        Fact(name="Referrals", values=[words.label_of(ReferralRoute, service.referral_route)]),
    ]
    if service.referral_route == ReferralRoute.REFERRAL:
        facts.append(Fact(name="Room for more people", values=[words.label_of(Capacity, service.capacity)]))
    return facts


def whole_facts_of(service: Service) -> list[Fact]:
    """Return what the directory says of a service to whoever works with people: also what few ask."""
    contacts = (
        " · ".join(filter(None, [row.name, row.title, row.email, *(phone.number for phone in row.phones.all())]))
        for row in service.contacts.all()
    )
    asked = {"Referrals", "Room for more people"}
    more = known(
        fact("How to apply", service.application_process),
        fact("Contacts", *contacts),
        fact("Getting in and about", *_access(service)),
        fact("Getting there", *(at.location.transportation for at in service.service_at_locations.all())),
        fact("Languages", *(row.name for row in service.languages.all()), service.interpretation_services),
        fact("Area", *(row.name for row in service.service_areas.all())),
        fact("Who makes the first contact", words.label_of(FirstContact, service.first_contact_by)),
        fact("Length", f"{service.programme_length_weeks} weeks" if service.programme_length_weeks else ""),
        fact("Waiting", service.wait_time),
        fact("Accredited by", service.accreditations),
        fact("Note", service.alert),
    )
    return [each for each in facts_of(service) if each.name not in asked] + more


def _access(service: Service) -> Iterable[str]:
    for at_location in service.service_at_locations.all():
        for row in at_location.location.accessibility.all():
            yield ": ".join(filter(None, (row.description, row.details)))


def _said(*values: str) -> list[str]:
    return [value for value in dict.fromkeys(values) if value.strip()] or ["Not said"]


def ages(youngest: float | None, oldest: float | None) -> str:
    """Write for which ages a service is; nothing where it does not say."""
    if youngest is not None and oldest is not None:
        return f"People of {youngest:g} to {oldest:g}"
    if youngest is not None:
        return f"People of {youngest:g} and over"
    return f"People up to {oldest:g}" if oldest is not None else ""


def _places(service: Service) -> Iterable[str]:
    if service.delivery and service.delivery != Delivery.IN_PLACE:
        yield words.label_of(Delivery, service.delivery)
    for at_location in service.service_at_locations.all():
        yield _place(at_location)


def _place(at_location: ServiceAtLocation) -> str:
    location = at_location.location
    address = next(iter(location.addresses.all()), None)
    parts = [location.name, *([address.address_1, address.city, address.postal_code] if address else [])]
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _times(service: Service) -> Iterable[str]:
    yield from (time_in_words(schedule) for schedule in service.schedules.all())
    for at_location in service.service_at_locations.all():
        yield from (time_in_words(schedule) for schedule in at_location.schedules.all())


def time_in_words(schedule: Schedule) -> str:
    """Write one time of a service: see `when`."""
    times = (schedule.opens_at, schedule.closes_at)
    return when(schedule.freq, schedule.interval, schedule.byday, times, schedule.description)


def when(
    freq: str, interval: int | None, byday: str, times: tuple[dt.time | None, dt.time | None], description: str
) -> str:
    """Write one schedule: "Tuesday, Thursday, every week, 10:00am to 1:30pm"."""
    unit = {Frequency.WEEKLY.value: "week", Frequency.MONTHLY.value: "month"}.get(freq, "")
    often = f"every {interval} {unit}s" if (interval or 1) > 1 else f"every {unit}"
    days = ", ".join(_day(day) for day in byday.split(",") if day)
    hours = " to ".join(clock(time) for time in times if time)
    return ", ".join(part for part in (days, often if unit else "", hours, description) if part)


def _day(byday: str) -> str:
    """Write a day of an RRULE: MO, or 2MO for the second Monday of a month."""
    week = {"1": "first ", "2": "second ", "3": "third ", "4": "fourth ", "5": "fifth ", "-1": "last "}
    return week.get(byday[:-2].lstrip("+"), "") + words.label_of(Weekday, byday[-2:])


def clock(time: dt.time) -> str:
    """Write a time of day: "1:30pm"."""
    return f"{time.hour % 12 or 12}:{time:%M}{'am' if time.hour < 12 else 'pm'}"


def _cost(option: CostOption) -> str:
    return cost(option.option, option.amount, option.amount_description)


def cost(option: str, amount: Decimal | None, description: str) -> str:
    """Write one price, and for whom: "Members: £2.50"."""
    price = "" if amount is None else "free" if amount == 0 else f"£{amount:.2f}"
    return ": ".join(part for part in (option, price or description) if part)


def _ways_to_reach(service: Service) -> Iterable[str]:
    yield from (phone.number for phone in service.phones.all())
    yield service.email
    yield service.url
