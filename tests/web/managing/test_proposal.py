"""The page of a proposed change of the directory: where the message to an editor, or to a provider, leads."""

import pytest

from services_directory.models import ListingProposal

pytestmark = pytest.mark.django_db

NEW = {
    "name": "Chair yoga",
    "description": "Gentle, seated.",
    "organization": {"name": "Company Charity"},
    "needs": ["falls", "weight"],
    "schedules": [{"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00"}],
}


@pytest.fixture
def proposed(cast, as_user):
    as_user(cast.provider).patch(
        f"/api/v1/services/{cast.walking.pk}/",
        {"minimum_age": 50, "takes_direct_referrals": True, "service_areas": [{"name": "Brinnington"}]},
    )
    return ListingProposal.objects.get().reference


def test_whoever_may_see_a_proposal_opens_it_and_nobody_else(browser_of, cast, proposed):
    found = {name for name, user in cast.everyone.items() if browser_of(user).get(f"/r/{proposed}").status_code == 200}
    assert found == {"provider", "editor"}


def test_edie_reads_what_would_change(browser_of, cast, proposed, read):
    page = read(browser_of(cast.editor), f"/r/{proposed.lower()}/")

    assert page.title.startswith(proposed)
    assert page.section("changes") == (
        "What would change Minimum age 50 Takes direct referrals Yes (was: No) Service areas Brinnington"
    )
    assert "Waits for a directory editor" in page.text
    assert "Proposed by Pat Active, Active team" in page.text


def test_pat_reads_why_it_was_declined(browser_of, as_user, cast, proposed, read):
    as_user(cast.editor).post(
        f"/api/v1/directory/proposals/{proposed}/decline/", {"reason": "Over 18, says the grant."}
    )

    page = read(browser_of(cast.provider), f"/r/{proposed}")

    assert "Decided by Edie Keeper" in page.text
    assert "Reason Over 18, says the grant." in page.text
    assert "Decline, and say why" not in page.text


def test_a_new_listing_is_shown_as_far_as_it_says_something(browser_of, as_user, cast, read):
    answer = as_user(cast.provider).post("/api/v1/services/", NEW)

    page = read(browser_of(cast.editor), f"/r/{answer.json()['reference']}")

    assert "New listing" in page.text
    assert page.section("changes") == (
        "What would change Name Chair yoga Description Gentle, seated. Status active Referral route signposting "
        "Receiving team Active team Organization Company Charity Schedules WEEKLY, MO, 10:00 Needs falls; weight"
    )


def test_edie_decides_on_a_page_and_pat_takes_one_back(browser_of, as_user, cast, proposed, read):
    edie, pat = browser_of(cast.editor), browser_of(cast.provider)
    assert "/directory/proposals/" in read(edie, "/").links
    assert f"/r/{proposed}" in read(edie, "/directory/proposals/").links
    assert pat.get(f"/directory/proposals/{proposed}/decline/").status_code == 404
    pat.post(f"/directory/proposals/{proposed}/publish/")
    assert ListingProposal.objects.get().status == "pending"
    assert browser_of(cast.gp).post(f"/directory/proposals/{proposed}/publish/").status_code == 404

    page = read(edie, f"/r/{proposed}")
    assert "Make the change" in page.text
    assert edie.post(f"/directory/proposals/{proposed}/decline/", {"reason": " "}).status_code == 400
    answer = edie.post(f"/directory/proposals/{proposed}/publish/", follow=True)
    assert "The change is made. Whoever proposed it is told." in answer.content.decode()
    cast.walking.refresh_from_db()
    assert cast.walking.minimum_age == 50
    late = edie.post(f"/directory/proposals/{proposed}/decline/", {"reason": "Too late"})
    assert late.status_code == 409
    assert "Too late" in late.content.decode()

    another = as_user(cast.provider).post("/api/v1/services/", NEW).json()["reference"]
    assert "Take it back" in read(pat, f"/r/{another}").text
    pat.post(f"/directory/proposals/{another}/withdraw/")
    assert ListingProposal.objects.get(reference=another).status == "withdrawn"
