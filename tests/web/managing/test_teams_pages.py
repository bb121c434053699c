"""The pages of teams: Lena adds Cora, Lou leaves and his work stays; a manager looks, and nobody else sees them."""

import re

import pytest

from accounts.enums import Role
from accounts.models import Membership, User
from notifications.models import OutboxMessage
from referrals.models import Referral
from tests import stage

pytestmark = pytest.mark.django_db
CORA = {"email": "cora@work.example", "full_name": "Cora New", "job_title": "Link worker", "roles": ["link_worker"]}


def page_of(team, more=""):
    return f"/teams/{team.pk}/{more}"


def test_a_lead_adds_a_colleague_who_is_sent_a_link(cast, browser_of, read):
    browser = browser_of(cast.lead)
    assert "/teams/" in read(browser, "/").links
    assert page_of(cast.team) in read(browser, "/teams/").links
    assert page_of(cast.neighbouring_team) not in read(browser, "/teams/").links
    form = read(browser, page_of(cast.team, "add/"))
    assert re.findall(r'name="roles"[^>]*value="([a-z_]+)"', form.html) == ["link_worker", "lead"]

    answer = browser.post(page_of(cast.team, "add/"), CORA, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(page_of(cast.team), 302)]
    assert "They are sent an email with a link to choose their password." in page
    assert "password=" not in page
    assert "Has not chosen a password yet" in page
    cora = User.objects.get(email="cora@work.example")
    browser.post(page_of(cast.team, f"members/{cora.pk}/link/"))
    assert OutboxMessage.objects.filter(recipient=cora.email, template="account_made").count() == 2

    again = browser.post(page_of(cast.team, "add/"), CORA)
    assert again.status_code == 409
    assert "Cora New works in Vale link workers as that already." in again.content.decode()
    wrong = browser.post(page_of(cast.team, "add/"), {"email": "cora", "roles": ["manager"], "full_name": "C"})
    assert wrong.status_code == 400
    assert "Enter an email address, like name@practice.example." in wrong.content.decode()
    assert 'value="cora"' in wrong.content.decode()
    nameless = browser.post(page_of(cast.team, "add/"), {"email": "dee@work.example", "roles": ["lead"]})
    assert "Enter their name" in nameless.content.decode()
    assert User.objects.filter(email="dee@work.example").count() == 0


def test_who_leaves_hands_everything_over_first(cast, referral_at, browser_of, read):
    rose = referral_at("active")
    browser, leave = browser_of(cast.lead), page_of(cast.team, f"members/{cast.link_worker.pk}/leave/")
    assert "1 open referral in hand" in read(browser, page_of(cast.team)).section("people")
    page = read(browser, leave)
    assert "Lou Marsh has 1 open referral in hand. All of it goes to one person" in page.text
    refused = browser.post(leave, {})
    assert refused.status_code == 400
    assert "Choose who takes over." in refused.content.decode()
    assert Membership.objects.filter(user=cast.link_worker).exists()

    answer = browser.post(leave, {"to": str(cast.lead.pk)}, follow=True)
    assert "Lou Marsh has left Vale link workers. Their account is closed." in answer.content.decode()
    assert Referral.objects.get(pk=rose.pk).owner == cast.lead
    assert not User.objects.get(pk=cast.link_worker.pk).is_active
    assert browser.post(leave, {"to": str(cast.lead.pk)}).status_code == 404

    oneself = page_of(cast.team, f"members/{cast.lead.pk}/leave/")
    assert "Another lead of the team does this for you" in read(browser, oneself).text
    Membership.objects.create(user=cast.neighbouring_link_worker, team=cast.team, role=Role.LINK_WORKER)
    nia = str(cast.neighbouring_link_worker.pk)
    assert browser.post(oneself, {"to": nia}).status_code == 403
    assert Referral.objects.get(pk=rose.pk).owner == cast.lead  # nothing was handed over
    answer = browser.post(page_of(cast.team, f"members/{nia}/leave/"), {}, follow=True)
    assert "They keep their account: they work in another team, too." in answer.content.decode()


def test_a_manager_looks_and_changes_nothing(cast, browser_of, read, django_assert_num_queries):
    browser = browser_of(cast.manager)
    first = read(browser, "/teams/?page_size=1")
    assert "Company Charity" in first.text
    assert "Leisure Trust" not in first.text
    onwards = next(link for link in first.links if "cursor=" in link)
    assert "Far Network" in read(browser, f"/teams/{onwards}").text
    teams = read(browser, "/teams/")
    assert "Hill link workers , Town Network" in teams.text
    assert page_of(cast.practice) in teams.links
    page = read(browser, page_of(cast.team))
    assert page.section("people") == (
        "Who works here Lena Head Team lead lena.head@work.example Lou Marsh Link worker lou.marsh@work.example"
    )
    assert not [link for link in page.links if "add" in link or "leave" in link]
    for way in ("add/", f"members/{cast.link_worker.pk}/leave/"):
        assert browser.get(page_of(cast.team, way)).status_code == 404
        assert browser.post(page_of(cast.team, way), CORA).status_code == 404
    assert browser.post(page_of(cast.team, f"members/{cast.link_worker.pk}/link/")).status_code == 403
    lead = browser_of(cast.lead)
    for count in range(2):
        with django_assert_num_queries(9):
            lead.get(page_of(cast.team))
        users = [User(email=f"{count}-{n}@work.example", full_name=f"Col {count} {n:02}") for n in range(12)]
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(Membership(user=each, team=cast.team, role=Role.LINK_WORKER) for each in users)
    first = read(lead, page_of(cast.team))
    assert ("Col 1 11" in first.text, "Lou Marsh" in first.text) == (True, False)
    onwards = next(link for link in first.links if "cursor=" in link)
    assert "Lou Marsh" in read(lead, page_of(cast.team, onwards)).text


def test_one_role_of_a_colleague_ends(cast, browser_of, read):
    Membership.objects.create(user=cast.link_worker, team=cast.team, role=Role.LEAD)
    browser = browser_of(cast.lead)
    way = page_of(cast.team, f"members/{cast.link_worker.pk}/role/")
    assert way in read(browser, page_of(cast.team)).links
    assert "Lou Marsh is here: Team lead, Link worker. The other roles stay." in read(browser, way).text
    assert browser.post(way, {}).status_code == 400
    answer = browser.post(way, {"role": "lead"}, follow=True)
    assert "Lou Marsh is now in Vale link workers: Link worker." in answer.content.decode()
    assert list(cast.link_worker.memberships.values_list("role", flat=True)) == ["link_worker"]
    assert way not in read(browser, page_of(cast.team)).links
    assert "There is no role here that you can end by itself." in read(browser, way).text
    assert browser_of(cast.manager).post(way, {"role": "link_worker"}).status_code == 404


@pytest.mark.parametrize("who", ["gp", "link_worker", "provider", "editor", "outsider"])
def test_nobody_else_sees_who_works_there(cast, browser_of, who):
    browser = browser_of(stage.fresh(getattr(cast, who)))
    assert browser.get("/teams/").status_code == (200 if who == "outsider" else 403)
    for way in ("", "add/", f"members/{cast.link_worker.pk}/leave/"):
        assert browser.get(page_of(cast.team, way)).status_code == 404
    before = (User.objects.count(), Membership.objects.count())
    browser.post(page_of(cast.team, "add/"), CORA)
    browser.post(page_of(cast.team, f"members/{cast.link_worker.pk}/leave/"), {"to": str(cast.lead.pk)})
    assert (User.objects.count(), Membership.objects.count()) == before
