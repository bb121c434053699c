"""A listing of the directory as it is published, in words."""

import datetime as dt
from collections.abc import Iterable

from services_directory.enums import Capacity, Delivery, Frequency, ReferralRoute, Weekday
from services_directory.models import CostOption, Schedule, Service, ServiceAtLocation
from web import words
from web.record.facts import Fact


def facts_of(service: Service) -> list[Fact]:
    """Return what the directory says of a service; "Not said" where it says nothing."""
    costs = (_cost(cost) for cost in service.cost_options.all())
    facts = [
        Fact(name="Run by", values=[service.organization.name]),
        Fact(name="What it is", values=_said(service.description)),
        Fact(name="For whom", values=_said(_ages(service), service.eligibility_description)),
        Fact(name="Where", values=_said(*_places(service))),
        Fact(name="When", values=_said(*_times(service))),
        Fact(name="Cost", values=_said(*costs, service.fees_description)),
        Fact(name="How to reach it", values=_said(*_ways_to_reach(service))),
        Fact(name="Referrals", values=[words.label_of(ReferralRoute, service.referral_route)]),
    ]
    if service.referral_route == ReferralRoute.REFERRAL:
        facts.append(Fact(name="Room for more people", values=[words.label_of(Capacity, service.capacity)]))
    return facts


def _said(*values: str) -> list[str]:
    return [value for value in dict.fromkeys(values) if value.strip()] or ["Not said"]


def _ages(service: Service) -> str:
    youngest, oldest = service.minimum_age, service.maximum_age
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
    yield from (_time(schedule) for schedule in service.schedules.all())
    for at_location in service.service_at_locations.all():
        yield from (_time(schedule) for schedule in at_location.schedules.all())


def _time(schedule: Schedule) -> str:
    unit = {Frequency.WEEKLY.value: "week", Frequency.MONTHLY.value: "month"}.get(schedule.freq, "")
    interval = schedule.interval or 1
    often = f"every {interval} {unit}s" if interval > 1 else f"every {unit}"
    days = ", ".join(_day(day) for day in schedule.byday.split(",") if day)
    hours = " to ".join(_clock(time) for time in (schedule.opens_at, schedule.closes_at) if time)
    return ", ".join(part for part in (days, often if unit else "", hours, schedule.description) if part)


def _day(byday: str) -> str:
    """Write a day of an RRULE: MO, or 2MO for the second Monday of a month."""
    week = {"1": "first ", "2": "second ", "3": "third ", "4": "fourth ", "5": "fifth ", "-1": "last "}
    return week.get(byday[:-2].lstrip("+"), "") + words.label_of(Weekday, byday[-2:])


def _clock(time: dt.time) -> str:
    return f"{time.hour % 12 or 12}:{time:%M}{'am' if time.hour < 12 else 'pm'}"


def _cost(cost: CostOption) -> str:
    amount = "" if cost.amount is None else "free" if cost.amount == 0 else f"£{cost.amount:.2f}"
    return ": ".join(part for part in (cost.option, amount or cost.amount_description) if part)


def _ways_to_reach(service: Service) -> Iterable[str]:
    yield from (phone.number for phone in service.phones.all())
    yield service.email
    yield service.url
