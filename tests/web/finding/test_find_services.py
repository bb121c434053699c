"""Lou looks for what suits Rose, offers it to her or tells her of it."""

import datetime as dt
import re

import pytest

from referrals.models import Contact, Observation, OnwardReferral, Referral, Signpost, SignpostFollowUp
from services_directory.models import Service
from tests.web.scenes import withdraw_consent

pytestmark = pytest.mark.django_db


def cards_of(page):
    """The words of each result."""
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", card)).replace("&#39;", "'").strip()
        for card in re.findall(r'<li class="app-card">(.*?)</li>', page.html, re.DOTALL)
    ]


def hidden(page, name):
    (tag,) = re.findall(rf'<input [^>]*name="{name}"[^>]*>', page.html)
    return tag.partition('value="')[2].partition('"')[0]


def test_lou_sees_at_a_glance_what_suits_rose_how_far_it_is_and_whether_it_has_room(
    town, scheme, referral_at, browser_of, read
):
    rose = referral_at("active")
    lou = browser_of(town.link_worker)
    page = read(lou, f"/r/{rose.reference}/find/?asked=1&search=group")
    assert page.title == "Find services - Community Referral"
    assert cards_of(page) == [
        "Walking group Leisure Trust · 1.5 miles · The Hall Rules not known Ask the provider who may come. "
        "Has places 3 places left Nobody has checked this listing Next: Tuesday 3 November 2026, 10:00am. "
        "Cost: Each time: £2.00. Offer Walking group Signpost to Walking group"
    ]
    # Where she lives is on no address that the page names, and in no field.
    assert "SK5 8BS" not in page.html
    assert f"/r/{rose.reference}/offer/{town.walking.pk}/" in page.links

    (found,) = cards_of(read(lou, f"/r/{rose.reference}/find/?asked=1&search=exercise"))
    assert "Needs an answer" in found
    assert "Answer 3 questions of Exercise on referral" in found
    # From another postcode, which somebody types.
    page = read(lou, f"/r/{rose.reference}/find/?asked=1&search=group&postcode=SK1+3XE")
    assert "Under a quarter of a mile" in cards_of(page)[0]


def test_the_search_begins_with_what_rose_needs_and_says_what_is_wrong_with_a_question(
    town, referral_at, browser_of, read
):
    rose = referral_at("active")
    lou = browser_of(town.link_worker)
    page = read(lou, f"/r/{rose.reference}/find/")
    assert "Filters (1 in use)" in page.text
    assert re.search(r'value="loneliness"\s+checked', page.html)
    assert "Nothing fits all of this." in page.text
    assert f"/r/{rose.reference}/signpost/" in page.links
    wrong = read(lou, f"/r/{rose.reference}/find/?asked=1&postcode=SK9+9ZZ", status=400)
    assert "SK9 9ZZ is not a postcode we know" in wrong.text
    assert cards_of(wrong) == []


def test_a_page_of_twenty_five_results_costs_what_a_page_of_three_costs(
    town, referral_at, browser_of, django_assert_max_num_queries, read
):
    rose = referral_at("active")
    lou = browser_of(town.link_worker)
    for number in range(30):
        Service.objects.create(
            organization=town.walking.organization, name=f"Class {number:02}", referral_route="referral",
            receiving_team=town.leisure, capacity="open", first_contact_by="service",
        )  # fmt: skip
    address = f"/r/{rose.reference}/find/?asked=1"
    read(lou, f"{address}&search=walking")  # what a process reads once and keeps
    with django_assert_max_num_queries(21):
        few = read(lou, f"{address}&search=walking")
    with django_assert_max_num_queries(21):
        first = read(lou, address)
    second = read(lou, f"{address}&page=2")
    assert [len(cards_of(page)) for page in (few, first, second)] == [1, 25, 9]
    assert "34 services" in first.text
    assert "?asked=1&page=2" in first.links
    assert "?asked=1&page=1" in second.links
    assert not set(cards_of(first)) & set(cards_of(second))
    assert len(first.html) < 150_000


def test_nobody_looks_for_somebody_elses_person(town, referral_at, browser_of):
    rose = referral_at("active")
    service = town.walking.pk
    for who in (town.neighbouring_link_worker, town.gp, town.provider, town.manager, town.outsider):
        browser = browser_of(who)
        for path in (
            "find/", f"offer/{service}/", f"signpost/{service}/", "signpost/", "signposts/", f"screening/{service}/",
        ):  # fmt: skip
            assert browser.get(f"/r/{rose.reference}/{path}").status_code == 404
        assert browser.get(f"/services/{service}/?for={rose.reference}").status_code == 404
        browser.post(f"/r/{rose.reference}/offer/{service}/", {"version": rose.version})
        browser.post(f"/r/{rose.reference}/signpost/{service}/", {"version": rose.version})
    assert (OnwardReferral.objects.count(), Signpost.objects.count()) == (0, 0)


def test_lou_offers_the_walk_with_a_note_and_a_warm_handover(town, referral_at, browser_of, read):
    rose = referral_at("active")
    lou = browser_of(town.link_worker)
    address = f"/r/{rose.reference}/offer/{town.walking.pk}/"
    page = read(lou, address)
    assert "What Active team will read" in page.text
    assert "Rose Okafor" in page.text
    assert "0161 496 0111" in page.text
    assert "9990000018" not in page.html
    said = {"version": hidden(page, "version"), "handover_note": "Prefers mornings.", "warm_handover": "02"}
    answer = lou.post(address, said)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/r/{rose.reference}")
    onward = OnwardReferral.objects.get()
    assert (onward.service, onward.handover_note, onward.status) == (town.walking, "Prefers mornings.", "sent")
    contact = Contact.objects.get()
    assert (contact.with_whom, contact.onward_referral, contact.is_warm_handover) == ("provider", onward, True)
    shown = read(lou, f"/r/{rose.reference}")
    assert "Offered to Walking group. They are asked to answer by Tuesday 17 November 2026." in shown.text

    # Whoever was second reads that it is there already, and nothing is sent twice.
    again = lou.post(address, said)
    assert again.status_code == 409
    assert "Prefers mornings." in again.content.decode()
    assert OnwardReferral.objects.count() == 1
    (card,) = cards_of(read(lou, f"/r/{rose.reference}/find/?asked=1&search=walking"))
    assert f"Already with them: {onward.reference}" in card


def test_without_rose_agreeing_nothing_is_offered_and_lou_reads_what_to_do(town, referral_at, browser_of, read):
    rose = referral_at("active")
    withdraw_consent(town, rose)
    rose = Referral.objects.get(pk=rose.pk)
    lou = browser_of(town.link_worker)
    (card,) = cards_of(read(lou, f"/r/{rose.reference}/find/?asked=1&search=walking"))
    assert card.endswith("To offer it, the person must agree that we tell this service about them.")
    page = read(lou, f"/r/{rose.reference}/offer/{town.walking.pk}/")
    assert "The person does not agree to sharing with this service." in page.text
    assert "Send the offer" not in page.text
    refused = lou.post(f"/r/{rose.reference}/offer/{town.walking.pk}/", {"version": rose.version})
    assert refused.status_code == 409
    assert OnwardReferral.objects.count() == 0


def test_lou_answers_what_the_scheme_asks_and_must_have_read_why_it_does_not_suit(
    town, scheme, referral_at, browser_of, read
):
    rose = referral_at("active")
    lou = browser_of(town.link_worker)
    address = f"/r/{rose.reference}/screening/{scheme.pk}/"
    page = read(lou, address)
    version = hidden(page, "version")
    refused = lou.post(address, {"version": version, "blood_pressure": "400", "blood_pressure_more": "110"})
    assert refused.status_code == 400
    assert "Check it: between 30 and 300 mmHg is possible." in refused.content.decode()
    assert lou.post(address, {"version": version}).status_code == 400
    assert Observation.objects.count() == 0

    said = {
        "version": version, "blood_pressure": "190", "blood_pressure_more": "110", "cardiac_event": "yes",
        "cardiac_event_more": "August 2020", "unstable_diabetes": "unknown",
    }  # fmt: skip
    answer = lou.post(address, said)
    assert answer.headers["Location"] == f"/services/{scheme.pk}/?for={rose.reference}"
    recorded = {row.code: (row.answer, row.value, row.second_value, row.occurred) for row in Observation.objects.all()}
    assert recorded == {
        "blood_pressure": ("given", 190, 110, ""), "cardiac_event": ("yes", None, None, "2020-08"),
        "unstable_diabetes": ("unknown", None, None, ""),
    }  # fmt: skip
    page = read(lou, f"/services/{scheme.pk}/?for={rose.reference}")
    assert "Does not suit" in page.text
    assert "190/110 mmHg (3 November 2026, Lou Marsh)" in page.text

    offer = f"/r/{rose.reference}/offer/{scheme.pk}/"
    page = read(lou, offer)
    assert "By its rules it may not take them" in page.text
    said = {"version": hidden(page, "version"), "handover_note": "Her GP looks at it."}
    assert "Say that you have read why" in lou.post(offer, said).content.decode()
    assert OnwardReferral.objects.count() == 0
    assert lou.post(offer, said | {"has_read": "on"}).status_code == 302
    assert OnwardReferral.objects.count() == 1


def test_what_was_declined_is_offered_elsewhere_instead(town, onward_at, browser_of, read):
    declined = onward_at("declined")
    rose = declined.referral
    lou = browser_of(town.link_worker)
    led = lou.get(f"/r/{declined.reference}/reroute/")
    assert led.headers["Location"] == f"/r/{rose.reference}/find/?instead={declined.reference}"
    page = read(lou, led.headers["Location"])
    assert f"In place of Walking group ({declined.reference})" in page.text
    address = f"/r/{rose.reference}/offer/{town.visiting.pk}/"
    page = read(lou, f"{address}?instead={declined.reference}")
    assert lou.post(
        address, {"version": hidden(page, "version"), "instead": hidden(page, "instead")}
    ).status_code == 302  # fmt: skip
    assert OnwardReferral.objects.get(service=town.visiting).rerouted_from == declined
    # One of another case is none that can be named here.
    assert browser_of(town.neighbouring_link_worker).get(f"/r/{declined.reference}/reroute/").status_code == 404


def test_lou_tells_rose_of_the_library_and_later_writes_down_what_came_of_it(town, referral_at, browser_of, read):
    rose = referral_at("active")
    lou = browser_of(town.link_worker)
    address = f"/r/{rose.reference}/signpost/{town.leaflet.pk}/"
    page = read(lou, address)
    day = {f"follow_up_on_{place}": part for place, part in enumerate(("17", "11", "2026"))}
    assert [hidden(page, name) for name in day] == list(day.values())
    said = {"version": hidden(page, "version"), "information_given": "Gave her the leaflet."} | day
    assert lou.post(address, said).headers["Location"] == f"/r/{rose.reference}/signposts/"
    signpost = Signpost.objects.get()
    assert (signpost.name, signpost.follow_up_on) == ("Library", dt.date(2026, 11, 17))
    # To something that no directory has, by its name, which is needed.
    elsewhere = f"/r/{rose.reference}/signpost/"
    assert "Say what you told them of." in lou.post(elsewhere, {}).content.decode()
    assert Signpost.objects.count() == 1
    page = read(lou, elsewhere)
    lou.post(elsewhere, {"version": hidden(page, "version"), "name": "Coffee at the church"})
    page = read(lou, f"/r/{rose.reference}/signposts/")
    assert page.text.index("Coffee at the church") < page.text.index("Library")
    assert "Ask how it went on Tuesday 17 November 2026." in page.text

    follow = f"/r/{rose.reference}/signposts/{signpost.pk}/follow-up/"
    assert lou.post(follow, {}).status_code == 400
    assert lou.post(follow, {"result": "used", "note": "Goes on Fridays."}).status_code == 302
    assert lou.post(follow, {"result": "not_used"}).status_code == 409
    assert SignpostFollowUp.objects.get().result == "used"
    assert "What came of it: They used it. Goes on Fridays." in read(lou, f"/r/{rose.reference}/signposts/").text


def test_a_service_that_is_full_is_not_offered(town, referral_at, browser_of, read):
    rose = referral_at("active")
    Service.objects.filter(pk=town.walking.pk).update(capacity="full", expected_wait_weeks=6, keeps_waiting_list=False)
    lou = browser_of(town.link_worker)
    (card,) = cards_of(read(lou, f"/r/{rose.reference}/find/?asked=1&search=walking"))
    assert "Full about 6 weeks" in card
    assert "Offer Walking group" not in card
    page = read(lou, f"/r/{rose.reference}/offer/{town.walking.pk}/")
    assert "This service is full, and keeps no waiting list." in page.text
    assert cards_of(read(lou, f"/r/{rose.reference}/find/?asked=1&search=walking&has_room=on")) == []
