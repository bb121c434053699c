"""Records that use every field of the standard that the directory has, without a person in them."""

import uuid
from typing import Any

TAXONOMY = {
    "id": str(uuid.uuid5(uuid.NAMESPACE_URL, "taxonomy")),
    "name": "Kinds",
    "description": "Kinds of things",
    "uri": "https://kinds.example/",
    "version": "2",
}


def uid(*parts: str) -> str:
    """Return the same UUID each time for the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


def term(name: str, **more: Any) -> dict[str, Any]:
    """Return a term of the one taxonomy."""
    return {
        "id": uid("term", name),
        "code": name.lower(),
        "name": name,
        "description": f"About {name}",
        "taxonomy": TAXONOMY["name"],
        "taxonomy_id": TAXONOMY["id"],
        "taxonomy_detail": TAXONOMY,
        "language": "en",
        "term_uri": f"https://kinds.example/{name.lower()}",
        "term": name,
        **more,
    }


def said(of: str, name: str = "Swimming") -> list[dict[str, Any]]:
    """Return one attribute of something."""
    return [
        {
            "id": uid("attribute", of),
            "link_type": "topic",
            "link_entity": of.partition(" ")[0],
            "label": "What it is about",
            "value": "mostly",
            "taxonomy_term_id": uid("term", name),
            "taxonomy_term": term(name, parent_id=uid("term", "Sport")),
        }
    ]


def language(of: str) -> list[dict[str, Any]]:
    """Return one language of something."""
    return [
        {
            "id": uid("language", of),
            "name": "Urdu",
            "code": "ur",
            "note": "On Mondays",
            "attributes": said(f"language of {of}"),
        }
    ]


def phone(of: str, number: str) -> dict[str, Any]:
    """Return one telephone of something."""
    return {
        "id": uid("phone", of),
        "number": number,
        "extension": 12,
        "type": "voice",
        "description": "In office hours",
        "languages": language(f"phone of {of}"),
        "attributes": said(f"phone of {of}"),
    }


def reception(of: str) -> list[dict[str, Any]]:
    """Return one contact that is nobody in person."""
    return [
        {
            "id": uid("contact", of),
            "name": "Reception",
            "title": "Front desk",
            "department": "Welcome",
            "email": f"reception@{of}.example",
            "phones": [phone(f"contact of {of}", "0161 496 0010")],
            "attributes": said(f"contact of {of}"),
        }
    ]


def schedule(of: str, **more: Any) -> dict[str, Any]:
    """Return one schedule of something."""
    return {
        "id": uid("schedule", of),
        "valid_from": "2026-01-01",
        "valid_to": "2027-12-31",
        "dtstart": "2026-06-01",
        "freq": "WEEKLY",
        "interval": 2,
        "byday": "MO,TH",
        "opens_at": "10:00",
        "closes_at": "11:30",
        "attributes": said(f"schedule of {of}"),
        **more,
    }


ORGANIZATION: dict[str, Any] = {
    "id": uid("organization"),
    "name": "Northside Movers",
    "alternate_name": "NM",
    "description": "A charity",
    "email": "info@movers.example",
    "website": "https://movers.example/",
    "logo": "https://movers.example/logo.png",
    "uri": "https://movers.example/id",
    "parent_organization_id": uid("parent"),
    "legal_status": "Charity",
    "tax_status": "Exempt",
    "tax_id": "12",
    "year_incorporated": 1999,
    "programs": [
        {
            "id": uid("programme"),
            "name": "Moving more",
            "alternate_name": "MM",
            "description": "All of it",
            "attributes": said("programme"),
        }
    ],
    "additional_websites": [{"id": uid("website"), "label": "News", "url": "https://news.movers.example/"}],
    "organization_identifiers": [
        {
            "id": uid("identifier"),
            "identifier_scheme": "GB-CHC",
            "identifier_type": "Charity number",
            "identifier": "1",
            "attributes": said("identifier"),
        }
    ],
    "funding": [{"id": uid("funding of organization"), "source": "Grants", "attributes": said("their funding")}],
    "contacts": reception("organization"),
    "phones": [phone("organization", "0161 496 0001")],
    "attributes": said("organization"),
}

HALL: dict[str, Any] = {
    "id": uid("hall"),
    "location_type": "physical",
    "organization_id": ORGANIZATION["id"],
    "name": "The Hall",
    "alternate_name": "Old Hall",
    "description": "A hall by the river",
    "transportation": "Bus 7",
    "latitude": 53.41,
    "longitude": -2.157,
    "url": "https://hall.example/",
    "external_identifier": "10070000001",
    "external_identifier_type": "UPRN",
    "addresses": [
        {
            "id": uid("address"),
            "attention": "Front desk",
            "address_1": "1 High Street",
            "address_2": "Second floor",
            "city": "Stockport",
            "region": "North West",
            "state_province": "Greater Manchester",
            "postal_code": "SK1 3XE",
            "country": "GB",
            "address_type": "physical",
            "attributes": said("address"),
        }
    ],
    "accessibility": [
        {
            "id": uid("accessibility"),
            "description": "Ramp",
            "details": "Ring the bell",
            "url": "https://hall.example/access",
            "accessibility": "Step-free",
            "attributes": said("accessibility"),
        }
    ],
    "schedules": [schedule("hall", freq="MONTHLY", byday="2TU,-1FR", interval=1)],
    "languages": language("hall"),
    "contacts": reception("hall"),
    "phones": [phone("hall", "0161 496 0002")],
    "attributes": said("hall"),
}

RICH: dict[str, Any] = {
    "id": uid("service"),
    "organization_id": ORGANIZATION["id"],
    "name": "Swim & splash",
    "alternate_name": "Splash",
    "description": "Swimming for everybody. Write to info@movers.example.",
    "url": "https://movers.example/swim?a=1&b=2#top",
    "email": "info@movers.example",
    "status": "temporarily closed",
    "fees": "Some",
    "fees_description": "A little",
    "accreditations": "Swim England",
    "licenses": "None needed",
    "minimum_age": 0.5,
    "maximum_age": 99,
    "eligibility_description": "For all",
    "application_process": "Just come",
    "interpretation_services": "By telephone",
    "wait_time": "None",
    "assured_date": "2026-01-02",
    "assurer_email": "info@checkers.example",
    "alert": "Closed in August",
    "last_modified": "2026-03-15T10:30:45.123000Z",
    "program_id": uid("programme"),
    "program": {"id": uid("programme"), "name": "Moving more", "description": "All of it"},
    "required_documents": [
        {
            "id": uid("document"),
            "document": "A towel",
            "uri": "https://movers.example/towel",
            "attributes": said("towel"),
        }
    ],
    "capacities": [{"id": uid("capacity"), "available": 3, "unit": {"id": uid("unit"), "name": "places"}}],
    "additional_urls": [{"id": uid("url"), "label": "News", "url": "https://news.movers.example/"}],
    "organization": ORGANIZATION,
    "schedules": [
        schedule(
            "service",
            description="Twice a week",
            schedule_link="https://movers.example/book",
            attending_type="In person",
            notes="Bring a towel",
            wkst="MO",
            byweekno="1",
            byyearday="1",
            timezone=1,
            until="2027-11-30",
        ),
        schedule("by the month", freq="MONTHLY", byday=None, bymonthday="1,15", count=5, interval=1),
        schedule("with an offset", opens_at="09:00:30+02:00", closes_at="10:00Z", dtstart=None, valid_from=None),
        schedule("at the hall", service_at_location_id=uid("at the hall")),
    ],
    "service_areas": [
        {
            "id": uid("area"),
            "name": "Stockport",
            "description": "All of it",
            "extent": '{"type": "Point"}',
            "extent_type": "geojson",
            "uri": "https://areas.example/E08000007",
            "service_area": "The borough",
            "attributes": said("area"),
        }
    ],
    "service_at_locations": [
        {
            "id": uid("at the hall"),
            "description": "Upstairs",
            "location": HALL,
            "schedules": [schedule("only at the hall", byday="SU")],
            "contacts": reception("at"),
            "phones": [phone("at", "0161 496 0003")],
            "attributes": said("at"),
        },
        {"id": uid("online"), "location": {"id": uid("online place"), "location_type": "virtual", "name": "Online"}},
    ],
    "languages": language("service"),
    "funding": [{"id": uid("funding"), "source": "The council", "attributes": said("funding")}],
    "cost_options": [
        {
            "id": uid("cost"),
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
            "option": "Adults",
            "currency": "GBP",
            "amount": 2.5,
            "amount_description": "A session",
            "attributes": said("price"),
        },
        {"id": uid("free"), "option": "Children", "amount": 0},
    ],
    "contacts": reception("service"),
    "phones": [phone("service", "0161 496 0004") | {"contact_id": uid("contact", "service")}],
    "attributes": said("service"),
}
"""One service with everything. Its schedule `by the month` has no days of the week."""
RICH["schedules"][1].pop("byday")
RICH["schedules"][2].pop("dtstart")
RICH["schedules"][2].pop("valid_from")
LONELY: dict[str, Any] = {"id": uid("lonely"), "name": "Quiet Trust", "description": "It runs nothing yet"}
"""An organisation without services."""
UNUSED = term("Sport", parent_id=None)
del UNUSED["parent_id"]
"""A term that is said of nothing."""
