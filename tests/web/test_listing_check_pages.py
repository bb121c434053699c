"""What Pat sees who follows the link of an email, without signing in: the listing, three buttons, and an end."""

import datetime as dt
import re

import pytest
from django.test import Client

from core.throttling import SignedLinkThrottle
from notifications.models import OutboxMessage
from notifications.templates import compose
from services_directory.models import (
    CheckRequest,
    CostOption,
    ListingCheck,
    Location,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
    Verification,
)
from services_directory.services.rounds import check_listings

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 11, 2, 6, 0, tzinfo=dt.UTC)


@pytest.fixture
def asked(cast):
    """Monday's round has asked; the walking group is the Active team's only listing."""
    check_listings(at=MONDAY)
    return cast


def link_of(inbox):
    """The path of the link in the email that an inbox got."""
    message = OutboxMessage.objects.get(recipient=inbox, template="listings_to_check")
    return found(r"http://127.0.0.1:8000(\S+)", compose(message.template, message.context).body)


def found(pattern, html):
    match = re.search(pattern, html)
    assert match is not None, pattern
    return match.group(1)


def standing():
    """All that an answer could change."""
    return (
        list(Verification.objects.values_list("answer", flat=True)),
        sorted(ListingCheck.objects.values_list("service__name", "answer")),
        sorted(Service.objects.values_list("name", "status", "capacity", "reported", "verified_at", "trust_score")),
        OutboxMessage.objects.count(),
    )


def test_the_link_shows_the_listing_as_it_is_published(asked, read):
    walking = asked.walking
    Service.objects.filter(pk=walking.pk).update(
        description="A gentle walk.", minimum_age=50, email="walks@trust.example", url="https://walks.example"
    )
    hall = Location.objects.create(location_type="physical", name="The Hall")
    ServiceAtLocation.objects.create(service=walking, location=hall)
    Schedule.objects.create(
        service=walking, freq="WEEKLY", interval=1, byday="TU,TH", opens_at=dt.time(10, 0), closes_at=dt.time(13, 30)
    )
    Schedule.objects.create(service=walking, freq="MONTHLY", byday="2SA", description="A long walk")
    CostOption.objects.create(service=walking, option="Everybody", amount=0)
    Phone.objects.create(service=walking, number="0161 496 0001")

    page = read(Client(), link_of(asked.leisure.inbox_email))

    assert page.title == "Is it still right? - Community Referral"
    facts = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page.html, flags=re.DOTALL)
    assert {name: re.findall(r"<p[^>]*>(.*?)</p>", values) for name, values in facts} == {
        "Run by": ["Leisure Trust"],
        "What it is": ["A gentle walk."],
        "For whom": ["People of 50 and over"],
        "Where": ["The Hall"],
        "When": [
            "Saturday".join(["second ", ", every month, A long walk"]),
            "Tuesday, Thursday, every week, 10:00am to 1:30pm",
        ],
        "Cost": ["Everybody: free"],
        "How to reach it": ["0161 496 0001", "walks@trust.example", "https://walks.example"],
        "Referrals": ["Takes referrals here"],
        "Room for more people": ["Has places"],
    }
    assert "answer below by Monday 14 December 2026" in page.text
    assert re.findall(r'<button[^>]* value="(\w+)"[^>]*>\s*(.*?)\s*</button>', page.html) == [
        ("still_right", "Yes, it is still right"), ("changed", "Something has changed"), ("closed", "It has closed"),
    ]  # fmt: skip


def test_a_program_that_opens_every_link_of_the_mail_changes_nothing(asked, client):
    before = standing()
    link = link_of(asked.leisure.inbox_email)
    for path in (link, f"{link}{asked.walking.pk}/"):
        for open_it in (client.get, client.head, client.get):
            assert open_it(path).status_code == 200
        assert client.get(f"{path}?answer=closed").status_code == 200
    assert standing() == before


def test_pat_says_yes_and_a_second_press_is_told(asked):
    browser = Client(enforce_csrf_checks=True)
    link = link_of(asked.leisure.inbox_email)
    opened = browser.get(link)
    form = {
        "answer": "still_right",
        "csrfmiddlewaretoken": found(r'csrfmiddlewaretoken" value="(\w+)"', opened.content.decode()),
    }
    action = found(r'<form method="post" action="(/check/[^"]+)"', opened.content.decode())

    thanks = browser.post(action, form)

    assert thanks.status_code == 200
    assert "You have said that <strong>Walking group</strong> is still right." in thanks.content.decode()
    assert "That is all." in thanks.content.decode()
    asked.walking.refresh_from_db()
    assert asked.walking.trust_label == "Checked recently"
    after = standing()
    for again in (browser.post(action, form | {"answer": "closed"}), browser.get(link), browser.get(action)):
        assert again.status_code == 410
        assert "This has been answered already" in again.content.decode()
    assert standing() == after


def test_a_form_from_elsewhere_changes_nothing(asked):
    before = standing()
    path = f"{link_of(asked.leisure.inbox_email)}{asked.walking.pk}/"
    assert Client(enforce_csrf_checks=True).post(path, {"answer": "closed"}).status_code == 403
    assert standing() == before


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("changed", "The directory's editor has been told, and puts it right."),
        ("closed", "Nobody new is sent to you from now on."),
    ],
)
def test_what_follows_is_said(asked, client, answer, words):
    path = f"{link_of(asked.leisure.inbox_email)}{asked.walking.pk}/"
    page = client.post(path, {"answer": answer, "note": "Thursdays now."})
    assert (page.status_code, words in page.content.decode().replace("&#x27;", "'")) == (200, True)
    assert Verification.objects.get().note == "Thursdays now."


def test_a_signpost_that_has_closed_is_told_that_it_is_out(cast, client):
    Service.objects.filter(pk=cast.leaflet.pk).update(email="desk@library.example")
    check_listings(at=MONDAY)
    page = client.post(f"{link_of('desk@library.example')}{cast.leaflet.pk}/", {"answer": "closed"})
    assert "It is out of the directory from now on." in page.content.decode()


def test_what_has_changed_must_be_said_and_nothing_typed_is_lost(asked, client):
    path = f"{link_of(asked.leisure.inbox_email)}{asked.walking.pk}/"
    before = standing()
    empty = client.post(path, {"answer": "changed", "note": " "})
    assert empty.status_code == 400
    assert "<title>Error: Is it still right?" in empty.content.decode()
    assert empty.content.decode().count("Say in a few words what has changed.") == 2
    long = client.post(path, {"answer": "changed", "note": "Thursdays. " * 200})
    assert (long.status_code, "Use at most 2000 characters." in long.content.decode()) == (400, True)
    assert "Thursdays. Thursdays." in long.content.decode()
    odd = client.post(path, {"answer": "perhaps"})
    assert (odd.status_code, "Choose one of the three answers." in odd.content.decode()) == (400, True)
    assert standing() == before


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda link: link[:-2] + ("A/" if link[-2] != "A" else "B/"),
        lambda link: link.lower(),
        lambda link: link.replace("/check/K-", "/check/K-2"),
        lambda link: "/check/K-23456-789CD/x/",
        lambda link: "/check/a%3Ab/%00/",
    ],
    ids=["last letter", "small letters", "another reference", "made up", "no reference at all"],
)
def test_a_link_that_we_have_not_sent_leads_nowhere(asked, client, spoilt):
    before = standing()
    link = spoilt(link_of(asked.leisure.inbox_email))
    for answer in (
        client.get(link),
        client.get(f"{link}{asked.walking.pk}/"),
        client.post(f"{link}{asked.walking.pk}/", {"answer": "closed"}),
    ):
        assert answer.status_code == 404
        assert "This link does not work" in answer.content.decode()
    assert standing() == before


def test_a_link_leads_to_no_listing_of_another_team(asked, client):
    link = link_of(asked.leisure.inbox_email)
    assert client.get(f"{link}{asked.visiting.pk}/").status_code == 404
    assert client.post(f"{link}{asked.visiting.pk}/", {"answer": "closed"}).status_code == 404
    assert not Verification.objects.exists()


def test_an_expired_link_says_so(asked, client, time_machine):
    link = link_of(asked.leisure.inbox_email)
    time_machine.move_to(MONDAY + dt.timedelta(days=60))
    for answer in (client.get(link), client.post(f"{link}{asked.walking.pk}/", {"answer": "still_right"})):
        assert answer.status_code == 410
        assert "This link has expired" in answer.content.decode()
    assert not Verification.objects.exists()


def test_a_late_answer_is_welcome(asked, read, time_machine):
    link = link_of(asked.leisure.inbox_email)
    time_machine.move_to(dt.datetime(2026, 12, 14, 12, 0, tzinfo=dt.UTC))
    assert "answer below by Monday 14 December 2026. You need not" in read(Client(), link).text
    time_machine.move_to(dt.datetime(2026, 12, 15, 12, 0, tzinfo=dt.UTC))
    late = read(Client(), link)
    assert "answer below. We asked for an answer by Monday 14 December 2026: a late one is welcome." in late.text


@pytest.mark.parametrize(
    "gone",
    [
        {"status": "inactive"}, {"status": "defunct"}, {"status": "temporarily closed"},
        {"withdrawn_at": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)},
    ],
)  # fmt: skip
def test_nobody_is_thanked_for_a_listing_that_has_left_the_directory(asked, client, gone):
    link = link_of(asked.leisure.inbox_email)
    Service.objects.filter(pk=asked.walking.pk).update(**gone)
    before = standing()
    for answer in (client.get(link), client.post(f"{link}{asked.walking.pk}/", {"answer": "still_right"})):
        html = answer.content.decode()
        assert answer.status_code == 410
        assert "There is nothing to answer" in html
        assert "“Walking group” is not in the directory at present. Nothing has been changed just now." in html
        assert "If that is a mistake, please tell whoever runs this directory for you." in html
    assert standing() == before


def test_the_team_that_kept_a_listing_does_not_answer_for_the_one_that_keeps_it_now(asked, client, read, as_user):
    link = link_of(asked.leisure.inbox_email)
    moved = as_user(asked.editor).patch(
        f"/api/v1/services/{asked.walking.pk}/", {"receiving_team": str(asked.befriending.pk)}
    )
    assert moved.status_code == 200
    before = standing()
    for answer in (client.get(link), client.post(f"{link}{asked.walking.pk}/", {"answer": "closed"})):
        assert answer.status_code == 410
        assert "This listing is asked of somebody else by now. Nothing has been changed" in answer.content.decode()
    assert standing() == before


def test_a_team_with_several_listings_sees_them_all_and_answers_one_by_one(cast, client, read):
    swimming = Service.objects.create(
        organization=cast.walking.organization, name="Swimming", referral_route="referral", receiving_team=cast.leisure,
        capacity="open", first_contact_by="service",
    )  # fmt: skip
    check_listings(at=MONDAY)
    link = link_of(cast.leisure.inbox_email)

    page = read(client, link)
    led_to = [each for each in page.links if each.startswith(link)]
    assert led_to == [f"{link}{swimming.pk}/", f"{link}{cast.walking.pk}/"]
    thanks = client.post(f"{link}{swimming.pk}/", {"answer": "still_right"}).content.decode()
    assert f'<a href="{link}">See your other listings</a>: 1 to go.' in thanks

    page = read(client, link)
    assert [each for each in page.links if each.startswith(link)] == [f"{link}{cast.walking.pk}/"]
    assert "Swimming Answered: Still right" in page.text
    assert client.get(f"{link}{swimming.pk}/").status_code == 410
    client.post(f"{link}{cast.walking.pk}/", {"answer": "still_right"})
    assert client.get(link).status_code == 410


def test_a_listing_that_has_left_the_directory_is_not_asked_about_among_others(cast, client, read):
    swimming = Service.objects.create(
        organization=cast.walking.organization, name="Swimming", referral_route="referral", receiving_team=cast.leisure,
        capacity="open", first_contact_by="service",
    )  # fmt: skip
    check_listings(at=MONDAY)
    link = link_of(cast.leisure.inbox_email)
    Service.objects.filter(pk=swimming.pk).update(status="defunct")

    page = read(client, link)

    assert f"{link}{swimming.pk}/" not in page.html
    assert "Swimming Not in the directory at present: there is nothing to answer" in page.text
    thanks = client.post(f"{link}{cast.walking.pk}/", {"answer": "still_right"}).content.decode()
    assert "That is all. You can close this page." in thanks


@pytest.mark.parametrize("number", [1, 20])
def test_a_page_of_many_listings_costs_no_more_queries(number, cast, client, django_assert_num_queries):
    for each in range(number):
        Service.objects.create(
            organization=cast.walking.organization, name=f"Class {each}", referral_route="referral",
            receiving_team=cast.leisure, capacity="open", first_contact_by="service",
        )  # fmt: skip
    check_listings(at=MONDAY)
    link = link_of(cast.leisure.inbox_email)
    with django_assert_num_queries(2):
        client.get(link)


def test_the_address_of_a_page_is_told_to_no_other_site_and_no_cache(asked, client):
    # "no-referrer" would make a browser send "Origin: null" with the form, which the check of its origin refuses.
    page = client.get(link_of(asked.leisure.inbox_email))
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("same-origin", "no-store")
    assert '<meta name="robots" content="noindex">' in page.content.decode()


def test_links_are_not_tried_too_often_from_one_address(asked, client, monkeypatch):
    monkeypatch.setitem(SignedLinkThrottle.THROTTLE_RATES, "signed-link", "2/minute")
    link = link_of(asked.leisure.inbox_email)
    assert [client.get("/check/K-23456-789CD/x/").status_code for _ in range(2)] == [404, 404]
    for answer in (client.get(link), client.post(f"{link}{asked.walking.pk}/", {"answer": "closed"})):
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert "Wait a minute" in answer.content.decode()
    assert not Verification.objects.exists()


def test_who_is_signed_in_answers_the_same(asked, browser_of):
    browser = browser_of(asked.provider)
    page = browser.post(f"{link_of(asked.leisure.inbox_email)}{asked.walking.pk}/", {"answer": "still_right"})
    assert page.status_code == 200
    assert CheckRequest.objects.get(verifications__isnull=False).recipient == asked.leisure.inbox_email
