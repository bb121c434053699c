"""Gita, a GP, and Dean, a discharge nurse, make referrals on one page: empty to sent, kept, asked about, sent again."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.actors import Actor
from core.throttling import PersonMatchThrottle, ReferralThrottle
from referrals.models import Person, Referral
from referrals.services.drafts import content_of
from referrals.services.people import PersonDetails
from referrals.services.referrals import edit_draft
from tests import stage
from tests.conftest import NOW
from tests.web.scenes import version_in

pytestmark = pytest.mark.django_db

ROSE = {
    "nhs_number": "999 000 0018", "first_name": "Rose", "family_name": "Okafor", "date_of_birth_0": "27",
    "date_of_birth_1": "3", "date_of_birth_2": "1951", "postcode": "SK5 8BS", "telephone": "0161 496 0111",
    "gp_practice_code": "Z90001", "reason": "Has stopped going out.", "risks_known": "none", "agreed": "given",
}  # fmt: skip
"""What Gita types, and nothing else."""


def typed(cast, **changes):
    """What a page sends; a field that is changed to None is left out."""
    sent = ROSE | {"target": f"team:{cast.team.pk}", "key": str(uuid4()), "do": "send"} | changes
    return {name: value for name, value in sent.items() if value is not None}


def errors_in(response):
    """The sentences of the summary, each with the field it leads to."""
    summary = response.content.decode().partition("nhsuk-error-summary__list")[2].partition("</ul>")[0]
    found = re.findall(r'href="#([\w-]+)">(.*?)</a>', summary, re.DOTALL)
    return {target: " ".join(words.split()) for target, words in found}


def test_gita_sends_a_referral_from_an_empty_page(browser_of, cast, read):
    gita = browser_of(cast.gp)
    page = read(gita, "/refer/")
    assert '<option value="Z90001" selected>Vale Practice</option>' in page.html
    assert page.html.count('type="hidden" name="key"') == 1
    assert "ward" not in page.html  # that is asked of a hospital

    sent = gita.post("/refer/", typed(cast, needs=[str(cast.loneliness.pk)], may_reach_by=["sms"]))
    referral = Referral.objects.get()
    assert (sent.status_code, sent.url) == (302, f"/r/{referral.reference}/sent/")
    assert (referral.status, referral.owner_team, referral.referrer) == ("submitted", cast.team, cast.gp)
    assert (referral.nhs_number, referral.date_of_birth) == ("9990000018", dt.date(1951, 3, 27))
    assert (referral.may_sms, referral.may_email) == ("yes", "not_asked")
    assert [need.term for need in referral.needs.all()] == [cast.loneliness]
    assert [risk.is_none_known for risk in referral.risks.all()] == [True]
    assert [consent.decision for consent in referral.consents.all()] == ["given"]

    confirmed = read(gita, sent.url)
    assert f"Referral sent Reference {referral.reference}" in confirmed.text
    assert "Vale link workers will decide by Thursday 5 November 2026." in confirmed.text
    assert f"/r/{referral.reference}/slip/" in confirmed.links
    slip = read(gita, f"/r/{referral.reference}/slip/")
    assert "Dear Rose, Gita Gill (Vale Practice) has asked Vale link workers to get in touch with you" in slip.text
    assert [word for word in ("stopped going out", "999 000 0018", "Okafor", "1951") if word in slip.html] == []
    assert "/p/" in slip.text  # the link to her own page, which asks for her date of birth


WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "This NHS number is not valid: check each digit against the letter or the record.": (
        "nhs_number", {"nhs_number": "999 000 0019"}
    ),
    "An NHS number has 10 digits, like 999 000 0018.": ("nhs_number", {"nhs_number": "12"}),
    "Enter the NHS number or, if you do not have it, the postcode of their home.": (
        "nhs_number", {"nhs_number": "", "postcode": ""}
    ),
    "Enter their first name.": ("first_name", {"first_name": " "}),
    "Enter their family name.": ("family_name", {"family_name": ""}),
    "Enter a real date, like 27 3 1951.": ("date_of_birth-day", {"date_of_birth_1": "13"}),
    "The date of birth is in the future.": ("date_of_birth-day", {"date_of_birth_2": "2027"}),
    "Enter a full UK postcode, like SK1 3XE (ZZ99 3VZ for no fixed abode).": ("postcode", {"postcode": "SK5"}),
    "Enter a telephone number, or open “How to reach them” and say another way.": ("telephone", {"telephone": ""}),
    "Say in a few words why, or tick what would help.": ("reason", {"reason": ""}),
    "Choose “No known risks”, or say what somebody must know.": ("risks_known", {"risks_known": None}),
    "Say what they must know.": ("risks", {"risks_known": "some"}),
    "Say whether the person has agreed.": ("agreed", {"agreed": None}),
    "Say why it is in their best interests.": ("agreed_note", {"agreed": "best_interests"}),
    "We do not know which team this goes to. Check the postcode, or choose where it goes further down.": (
        "postcode", {"target": ""}
    ),
    "Choose one from the list.": ("gp_practice_code", {"gp_practice_code": "Z99999"}),
}  # fmt: skip
"""Each sentence, the field that it leads to, and what was typed."""


def test_what_is_wrong_is_said_at_the_top_and_at_its_field_and_nothing_is_made(browser_of, cast):
    gita = browser_of(cast.gp)
    for told, (field, changes) in WRONG.items():
        answer = gita.post("/refer/", typed(cast, **changes))
        html = answer.content.decode()
        assert (answer.status_code, errors_in(answer)) == (400, {f"id_{field}": told})
        assert ("<title>Error: Refer somebody" in html, html.count(told)) == (True, 2)
        kept = {value for name, value in ROSE.items() if name not in {*changes, "reason", "risks_known", "agreed"}}
        assert [value for value in kept if f'value="{value}"' not in html] == []
    assert (Referral.objects.count(), Person.objects.count()) == (0, 0)


def test_pressed_twice_it_is_made_once_and_changed_it_says_what_was_made(browser_of, cast):
    gita, page = browser_of(cast.gp), typed(cast)
    first, second = gita.post("/refer/", page), gita.post("/refer/", page)
    referral = Referral.objects.get()
    assert first.url == second.url == f"/r/{referral.reference}/sent/"

    back = gita.post("/refer/", page | {"first_name": "Rosie", "reason": "Something else."})
    html = back.content.decode()
    assert (back.status_code, Referral.objects.count()) == (409, 1)
    assert "You have sent this page already" in html
    assert f'<a href="/r/{referral.reference}">' in html
    assert "Something else." in html
    assert page["key"] not in html  # sent again, it would be another


def test_a_second_referral_to_the_same_team_is_asked_about_and_sent_if_it_is_meant(browser_of, cast, referral_at):
    earlier, gita, page = referral_at("submitted"), browser_of(cast.gp), typed(cast)
    asked = gita.post("/refer/", page)
    html = asked.content.decode()
    assert (asked.status_code, Referral.objects.count()) == (409, 1)
    assert "This person is with this team already" in html
    assert f"Sent Monday 2 November 2026 to {cast.team.name}" in html
    assert f'href="/r/{earlier.reference}"' in html
    assert "Has stopped going out." in html
    assert gita.post("/refer/", page | {"send_anyway": "on"}).status_code == 302
    assert Referral.objects.count() == 2


def test_somebody_who_may_be_known_is_asked_about_and_joined_or_kept_apart(browser_of, cast, referral_at):
    earlier, gita = referral_at("closed"), browser_of(cast.gp)
    page = typed(cast, nhs_number="")
    asked = gita.post("/refer/", page)
    html = asked.content.decode()
    assert (asked.status_code, Referral.objects.count()) == (409, 1)
    assert "Is it the same person?" in html
    assert f'href="/r/{earlier.reference}"' in html
    token = re.findall(r'name="who" value="([^"]+)"', html)[0]

    wrong = gita.post("/refer/", page | {"who": token, "family_name": "Olafsen"})
    assert (wrong.status_code, "This is no match of the person" in wrong.content.decode()) == (400, True)
    assert gita.post("/refer/", page | {"who": token}).status_code == 302
    assert Referral.objects.latest("id").person == earlier.person
    other = gita.post("/refer/", typed(cast, nhs_number="", who="new"))
    assert (other.status_code, Person.objects.count()) == (302, 2)


def test_a_draft_is_kept_changed_and_sent_and_loses_nothing_that_the_page_does_not_show(browser_of, cast, read):
    gita = browser_of(cast.gp)
    kept = gita.post("/refer/", typed(cast, do="draft", reason="", risks_known=None, agreed=None, telephone=""))
    draft = Referral.objects.get()
    assert (draft.status, kept.url) == ("draft", f"/refer/{draft.reference}/")
    page = read(gita, kept.url)
    assert "The draft is kept. Nobody outside your team sees it until you send it." in page.text
    assert 'value="9990000018"' in page.html
    assert read(gita, "/").section("drafts").count(draft.reference) == 1
    assert draft.reference in read(gita, "/referrals/?show=drafts").text

    # Meanwhile another system has written what this page does not show.
    by_system = content_of(draft)
    whole = stage.content_for(
        cast, is_draft=True, needs=((cast.loneliness.pk, "misses company"),),
        person=PersonDetails(**vars(by_system.person) | {"may_letter": "no", "nhs_number_status": "01"}),
    )  # fmt: skip
    edit_draft(referral=draft, actor=Actor(stage.fresh(cast.gp)), at=NOW, content=whole)
    stale = gita.post(kept.url, typed(cast, key=None, version="1"))
    assert (stale.status_code, "It has changed since you read it" in stale.content.decode()) == (409, True)

    version = version_in(read(gita, kept.url))
    needs = [str(cast.loneliness.pk)]
    sent = gita.post(
        kept.url, typed(cast, key=None, version=version, needs=needs, agreed_note="Agreed in the consultation.")
    )
    draft = Referral.objects.get()
    assert (sent.url, draft.status) == (f"/r/{draft.reference}/sent/", "submitted")
    assert (draft.may_letter, draft.nhs_number_status, draft.reason) == ("no", "01", "Has stopped going out.")
    assert [need.note for need in draft.needs.all()] == ["misses company"]
    assert gita.get(kept.url).url == f"/r/{draft.reference}"
    assert gita.post(kept.url, typed(cast, key=None)).status_code == 409
    assert browser_of(cast.discharge_nurse).get(kept.url).status_code == 404


def test_dean_refers_from_hospital_and_the_team_waits_for_the_discharge(browser_of, cast, read):
    dean = browser_of(cast.discharge_nurse)
    assert "When do they go home?" in read(dean, "/refer/").text
    home = {"planned_discharge_on_0": "10", "planned_discharge_on_1": "11", "planned_discharge_on_2": "2026"}
    sent = dean.post("/refer/", typed(cast, **home, ward="B4", discharge_pathway="1", carer="Her son"))
    referral = Referral.objects.get()
    assert (referral.status, referral.discharge.ward, referral.discharge.pathway) == ("deferred", "B4", 1)
    assert "They begin when you confirm the discharge." in read(dean, sent.url).text

    page = read(dean, f"/r/{referral.reference}")
    assert "Please confirm when Rose is home, or change the day by Wednesday 11 November 2026." in page.text
    change = f"/r/{referral.reference}/discharge/"
    assert {change, f"/r/{referral.reference}/do/confirm-discharge/"} <= set(page.links)
    version = version_in(read(dean, change))
    later = {"planned_discharge_on_0": "17", "planned_discharge_on_1": "11", "planned_discharge_on_2": "2026"}
    assert dean.post(change, {"version": version, "carer": "Her son"}).status_code == 400
    assert dean.post(change, later | {"version": version, "carer": "Her son", "ward": "B5"}).status_code == 302
    referral = Referral.objects.get()
    assert referral.planned_discharge_on == dt.date(2026, 11, 17)
    assert (referral.discharge.ward, referral.discharge.carer) == ("B5", "Her son")
    assert dean.post(change, later | {"version": version}).status_code == 409
    assert browser_of(cast.gp).get(change).status_code == 404


def test_straight_to_a_scheme_for_a_person_who_agrees_to_less(browser_of, cast, read):
    gita = browser_of(cast.gp)
    sent = gita.post("/refer/", typed(cast, target=f"scheme:{cast.scheme.pk}"))
    direct = Referral.objects.get()
    assert (direct.service, direct.onward_referrals.count()) == (cast.scheme, 1)
    assert "It goes straight to Exercise on referral." in read(gita, sent.url).text
    for agreed, decisions in (("ask", []), ("refused", ["refused"])):
        gita.post("/refer/", typed(cast, agreed=agreed, send_anyway="on"))
        assert [row.decision for row in Referral.objects.latest("id").consents.all()] == decisions


def test_another_page_may_fill_the_form_in_and_nothing_is_sent(browser_of, cast):
    filled = browser_of(cast.gp).post("/refer/", typed(cast, prefill="1", needs=[str(cast.loneliness.pk)]))
    html = filled.content.decode()
    assert (filled.status_code, Referral.objects.count()) == (200, 0)
    assert all(f'value="{value}"' in html for value in ("999 000 0018", "Rose", "27", "1951"))
    assert re.search(rf'value="{cast.loneliness.pk}"\s+checked', html)


def test_only_a_referrer_refers_and_not_without_end(browser_of, cast, monkeypatch):
    for user in (cast.link_worker, cast.provider, cast.manager):
        assert browser_of(user).get("/refer/").status_code == 403
        assert browser_of(user).post("/refer/", typed(cast)).status_code == 403
        assert browser_of(user).post("/refer/known/", {"nhs_number": "9990000018"}).status_code == 403
    assert Client().get("/refer/").headers["Location"].startswith("/sign-in/")
    monkeypatch.setitem(ReferralThrottle.THROTTLE_RATES, "refer", "1/hour")
    gita, page = browser_of(cast.gp), typed(cast)
    assert [gita.post("/refer/", page).status_code for _ in range(2)] == [302, 302]  # the same one
    assert gita.post("/refer/", typed(cast, send_anyway="on")).status_code == 429
    assert Referral.objects.count() == 1


def test_the_form_asks_few_questions_of_the_database(browser_of, cast, django_assert_num_queries, referral_at):
    gita = browser_of(cast.gp)
    # Session, user, memberships; the referrer's teams, practices, needs, teams and schemes to refer to.
    with django_assert_num_queries(3 + 5):
        assert gita.get("/refer/").status_code == 200
    draft = referral_at("draft")
    # And the draft with its needs, risks, consents and offers; the team that would be found (two); that it was read.
    with django_assert_num_queries(3 + 5 + 5 + 2 + 1):
        assert gita.get(f"/refer/{draft.reference}/").status_code == 200


# --- While the NHS number is typed ----------------------------------------------------------------------------------


def test_as_the_number_is_typed_the_page_says_what_the_asker_sees_anyway(browser_of, cast, referral_at, monkeypatch):
    referral, gita = referral_at("submitted"), browser_of(cast.gp)

    def said(browser, **sent):
        answer = browser.post("/refer/known/", sent)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())

    assert said(gita, nhs_number="999 000 0018") == (
        "You, or your team, have referred this person before. Already referred on Monday 2 November 2026 to Vale link "
        f"workers: open {referral.reference} (in a new tab) Waiting for triage"
    )
    assert said(gita, nhs_number="999 000 0019").startswith("This NHS number is not valid")
    assert said(gita, nhs_number="") == ""
    # Dean's team did not refer her: the number alone tells him nothing; with the rest, no more than the API would.
    dean = browser_of(cast.discharge_nurse)
    assert said(dean, nhs_number="999 000 0018") == "A valid NHS number. Your team has not referred this person before."
    described = {name: ROSE[name] for name in ROSE if name.startswith(("first", "family", "date", "nhs"))}
    assert said(dean, **described).startswith("Somebody like this is known here already.")
    assert said(dean, **described | {"first_name": "Iris", "nhs_number": ""}) == ""

    assert gita.get("/refer/known/?nhs_number=9990000018").status_code == 405
    monkeypatch.setitem(PersonMatchThrottle.THROTTLE_RATES, "person-match", "7/minute")
    assert gita.post("/refer/known/", {"nhs_number": ""}).status_code == 200
    codes = [gita.post("/refer/known/", {"nhs_number": ""}).status_code for _ in range(6)]
    assert (codes[0], codes[-1]) == (200, 429)
