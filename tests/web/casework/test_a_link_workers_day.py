"""A link worker's day on the pages: what waits, triage, the telephone, the plan, the end; and what is not theirs."""

import datetime as dt
import re

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import register_user
from referrals.models import (
    CaseNote,
    CaseTask,
    Consent,
    Contact,
    FollowUp,
    MeasureResponse,
    Observation,
    PlanVersion,
    Referral,
    ReferralEvent,
    Risk,
)
from referrals.services.case_tasks import add_task
from referrals.services.measures import choose_measures
from referrals.services.referrals import allocate_referral
from services_directory.models import Service
from tests import stage
from tests.conftest import NOW
from tests.web.scenes import another_person, supported

pytestmark = pytest.mark.django_db


def told(browser, response):
    """What the page says after it was done."""
    assert response.status_code == 302, response.content.decode()
    page = browser.get(response.url).content.decode()
    found = re.findall(r'nhsuk-notification-banner__heading">(.*?)</p>', page)
    return found[-1].replace("&#x27;", "'") if found else ""


def version_of(referral):
    return Referral.objects.get(pk=referral.pk).version


@pytest.fixture
def obi(cast):
    """A colleague of Lou's."""
    return register_user(
        email="obi@work.example", full_name="Obi Away", password=None, roles=[(cast.team, Role.LINK_WORKER)]
    )


# --- The lists ------------------------------------------------------------------------------------------------------


def test_home_says_what_is_overdue_due_new_and_waits_and_a_colleagues_work_is_covered(
    browser_of, cast, obi, referral_at, onward_at, read, time_machine
):
    new = referral_at("submitted")
    asked = referral_at("information_requested", person=another_person("Ann"))
    sent = onward_at("sent", referral=supported(cast, "Bea"))
    mine = supported(cast, "Cy")
    obis = allocate_referral(
        referral=supported(cast, "Di"), owner=obi, actor=Actor(stage.fresh(cast.lead)), at=NOW + dt.timedelta(hours=4)
    )
    for referral, day in ((mine, 3), (obis, 2)):
        add_task(
            referral=referral, actor=Actor(stage.fresh(cast.link_worker)), at=NOW, title="Ring the library",
            due_on=dt.date(2026, 11, day),
        )  # fmt: skip
    lou, lena = browser_of(cast.link_worker), browser_of(cast.lead)
    page = read(lou, "/")
    assert page.sections == ["overdue", "today", "triage", "waiting", "summaries"][: len(page.sections)]
    assert page.section("overdue") == "Overdue Nothing is overdue."
    assert page.section("today").endswith(
        f"{mine.reference} ELSE, Cy Ring the library Lou Marsh 3 November 2026 Due today"
    )
    assert new.reference in page.section("triage")
    assert f"{asked.reference} ELSE, Ann The referrer: answer the team's question, since 2 November 2026" in (
        page.section("waiting")
    )
    assert f"{sent.reference} ELSE, Bea The provider, Walking group" in page.section("waiting")
    assert "1 due today 1 new to triage 2 waiting on others" in page.text

    # Lena leads: she sees the team's. Lou covers for Obi, who is away.
    assert obis.reference in read(lena, "/").section("overdue")
    cover = read(lou, f"/?of={obi.pk}")
    assert obis.reference in cover.section("overdue")
    assert mine.reference not in cover.section("today")
    assert "You cover for Obi Away. What you do is done in your own name." in cover.text
    assert [row.reference in read(lou, f"/caseload/?of={obi.pk}").text for row in (obis, mine)] == [True, False]
    assert obis.reference in read(lou, "/due/?of=team").text
    # Whoever is of another team cannot be covered for: it is then one's own.
    assert mine.reference in read(lou, f"/caseload/?of={cast.outsider.pk}").text


def test_a_lead_sees_which_services_are_late_with_an_answer_or_a_review(
    browser_of, cast, onward_at, read, time_machine, django_assert_max_num_queries
):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[2])
    sent = onward_at("sent", referral=supported(cast, "Bea"))
    takes_part = onward_at("started", referral=supported(cast, "Cy"))
    assert read(browser_of(cast.lead), "/").section("late") == "Late at services No service is late."
    time_machine.move_to(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC))
    lena = browser_of(cast.lead)
    late = read(lena, "/").section("late")
    assert f"{sent.reference} ELSE, Bea The provider, Walking group" in late
    assert f"{takes_part.reference} ELSE, Cy A review at the service is due" in late
    assert late.count("Overdue") == 2
    with django_assert_max_num_queries(42):
        lena.get("/")
    # Who works cases and leads nobody has it in the list of all that is waited for.
    assert "late" not in read(browser_of(cast.link_worker), "/").sections


def test_the_caseload_is_narrowed_down_and_paged(browser_of, cast, referral_at, onward_at, read, time_machine):
    accepted = referral_at("accepted")
    waits = onward_at("sent", referral=supported(cast, "Ann")).referral
    held = referral_at("on_hold", person=another_person("Bea"))
    lou = browser_of(cast.link_worker)

    def shown(query):
        text = read(lou, f"/caseload/{query}").text
        return [row.reference in text for row in (accepted, waits, held)]

    assert shown("") == [True, True, True]
    assert shown("?state=accepted") == [True, False, False]
    assert shown("?waiting=provider") == [False, True, False]
    assert shown("?waiting=referrer") == [False, False, False]
    assert shown("?state=nonsense&when=nonsense") == [True, True, True]
    time_machine.move_to(dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC))
    lou = browser_of(cast.link_worker)
    assert shown("?when=overdue") == [True, False, False]
    assert "1 open case fit these filters." in read(lou, "/caseload/?when=overdue").text
    assert read(browser_of(cast.outsider), "/caseload/").text.count("R-") == 0
    assert "You have no open case." in read(browser_of(cast.hub_worker), "/caseload/").text
    for page in ("/triage/", "/caseload/", "/due/"):
        assert browser_of(cast.gp).get(page).status_code == 403


# --- Triage ---------------------------------------------------------------------------------------------------------


def test_two_accept_the_same_referral_and_the_second_reads_who_was_first(browser_of, cast, referral_at, read):
    referral = referral_at("submitted", no_known_risks=False, risks=("A dog at the door",))
    lou, lena = browser_of(cast.link_worker), browser_of(cast.lead)
    page = read(lou, "/triage/")
    for word in ("Rose Okafor , 75", "Lives alone since her husband died", "Loneliness and isolation",
                 "Risk A dog at the door", "Sent Monday 2 November 2026 by Gita Gill, Vale Practice"):  # fmt: skip
        assert word in page.text
    do = f"/r/{referral.reference}/do/"
    assert [link for link in page.links if link.startswith(do)] == [
        f"{do}accept/", f"{do}request-information/", f"{do}redirect/", f"{do}reject/"
    ]  # fmt: skip
    shown = {"version": version_of(referral)}
    assert told(lou, lou.post(f"{do}accept/", shown)) == "Accept: done."
    second = lena.post(f"{do}accept/", shown)
    assert second.status_code == 409
    assert "Lou Marsh changed it on 3 November 2026. Read it again" in second.content.decode()
    assert Referral.objects.get(pk=referral.pk).owner == cast.link_worker
    assert "Lou Marsh was first" in lena.post(f"{do}accept/", {}).content.decode()
    assert read(lou, "/triage/").text.count(referral.reference) == 0


# --- The case -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "first"),
    [
        ("submitted", "Accept"), ("information_requested", "Answer"), ("accepted", "Log a contact"),
        ("active", "Find services"), ("on_hold", "Confirm discharge again"), ("deferred", "Confirm discharge"),
        ("closed", ""),
    ],
)  # fmt: skip
def test_a_case_has_one_button_for_what_is_next(status, first, browser_of, cast, referral_at, read):
    page = read(browser_of(cast.link_worker), f"/r/{referral_at(status).reference}")
    assert green_buttons(page) == ([first] if first else [])
    assert page.title.startswith("R-")


@pytest.mark.parametrize(
    ("status", "first"), [("started", "Log a contact"), ("declined", "Find services"), ("completed", "Close")]
)
def test_how_a_service_went_says_what_is_next(status, first, browser_of, cast, onward_at, read):
    referral = onward_at(status).referral
    assert green_buttons(read(browser_of(cast.link_worker), f"/r/{referral.reference}")) == [first]


def green_buttons(page):
    """What the buttons say that are not secondary."""
    return re.findall(r'class="nhsuk-button"[^>]*>\s*(.*?)\s*</a>', page.html, re.DOTALL)


def test_the_banner_says_who_it_is_and_a_question_of_a_provider_goes_first(browser_of, cast, onward_at, read):
    onward = onward_at("information_requested")
    page = read(browser_of(cast.link_worker), f"/r/{onward.referral.reference}")
    assert page.section("who") == (
        "Rose Okafor Born 27 March 1951 (75 years) NHS number 999\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}0018 "
        f"Telephone 0161 496 0111 Referral {onward.referral.reference} "
        "Needs: Loneliness and isolation: misses company No known risks"
    ).replace("\N{NO-BREAK SPACE}", " ")
    assert "999\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}0018" in page.html
    assert "tel:01614960111" in page.links
    assert "Answer the question of Walking group" in page.section("next")
    assert f"/r/{onward.reference}/do/provide-information/" in page.links
    assert "Question asked of the link worker" in page.section("services")
    # On the page of the onward referral the team answers, withdraws, or sends the person elsewhere.
    assert "Answer" in read(browser_of(cast.link_worker), f"/r/{onward.reference}").section("next")


def test_nobody_but_the_team_reads_a_case(browser_of, cast, referral_at, read):
    referral = referral_at("active")
    lou = browser_of(cast.link_worker)
    lou.post(f"/r/{referral.reference}/note/", {"text": "Her son drinks."})
    assert "Her son drinks." in read(lou, f"/r/{referral.reference}").section("notes")
    assert "Her son drinks." not in read(browser_of(cast.gp), f"/r/{referral.reference}").text
    for who in (cast.provider, cast.neighbouring_link_worker, cast.manager, cast.outsider):
        assert browser_of(who).get(f"/r/{referral.reference}").status_code == 404


def test_rang_and_nobody_answered_is_three_presses_and_the_next_try_is_set(browser_of, cast, referral_at, read):
    referral = referral_at("accepted")
    lou = browser_of(cast.link_worker)
    address = f"/r/{referral.reference}/contact/"
    page = read(lou, address)
    # The keyboard stands on the commonest result: space chooses it, enter saves it, all else is filled in.
    assert re.search(r'<input[^>]*value="no_answer"[^>]*autofocus', page.html)
    assert "If they were not reached, the next try is on Thursday 5 November 2026 ." in page.text
    filled = dict(re.findall(r'name="([a-z_]+)" type="radio" value="([a-z0-9]+)" checked', page.html))
    assert filled == {"mechanism": "02", "with_whom": "person", "direction": "out"}
    key = re.search(r'name="key" value="([^"]+)"', page.html)
    said = filled | {"outcome": "no_answer", "key": key[1] if key else ""}
    assert told(lou, lou.post(address, said)) == (
        "Logged: no answer. Try again on Thursday 5 November 2026: by telephone, in the afternoon, 12 to 5."
    )
    lou.post(address, said)  # pressed twice
    [contact] = Contact.objects.all()
    assert (contact.outcome, contact.mechanism, contact.recorded_by) == ("no_answer", "02", cast.link_worker)
    assert Referral.objects.get(pk=referral.pk).next_action_on == dt.date(2026, 11, 5)
    # What was wrong is corrected, and stays.
    spoke = filled | {"outcome": "spoke", "replaces": str(contact.pk), "note": "She rang back."}
    told(lou, lou.post(address, spoke))
    assert "No answer: telephone (corrected later)" in read(lou, f"/r/{referral.reference}").section("contacts")
    refused = lou.post(address, {"mechanism": "02"})
    assert (refused.status_code, "Say what came of it." in refused.content.decode()) == (400, True)


def test_of_a_service_who_was_introduced_to_it_and_what_was_decided_of_it_alone(
    browser_of, cast, referral_at, onward_at, read
):
    onward = onward_at("sent", referral=referral_at("active"))
    lou, base = browser_of(cast.link_worker), f"/r/{onward.referral.reference}"
    about = f"{base}/contact/?about={onward.reference}"
    assert about in read(lou, base).links
    form = read(lou, about)
    filled = dict(re.findall(r'name="([a-z_]+)" type="radio" value="([a-z0-9]+)" checked', form.html))
    assert filled == {"mechanism": "02", "with_whom": "provider", "direction": "out"}
    assert f'<option value="{onward.reference}" selected>Walking group ({onward.reference})' in form.html
    introduced = filled | {"onward_referral": onward.reference, "is_warm_handover": "on"}
    wrong = lou.post(about, introduced | {"outcome": "no_answer"})
    assert (wrong.status_code, Contact.objects.count()) == (400, 0)
    assert "A warm handover is with the provider" in wrong.content.decode()
    told(lou, lou.post(about, introduced | {"outcome": "spoke"}))
    contact = Contact.objects.get()
    assert (contact.onward_referral, contact.is_warm_handover) == (onward, True)
    assert "warm handover" in read(lou, base).section("contacts")

    # The one that has the person can be chosen; one that somebody is about to offer is chosen already.
    choir = Service.objects.exclude(pk=cast.walking.pk).order_by("name")[0]
    page = read(lou, f"{base}/consent/?service={choir.pk}")
    assert f'<option value="service:{choir.pk}" selected>The service {choir.name} alone' in page.html
    assert f'value="service:{cast.walking.pk}"' in page.html
    no = {"decision": "refused", "basis": "consent", "how_given": "by_telephone", "to": f"service:{cast.walking.pk}"}
    odd = lou.post(f"{base}/consent/", no | {"purpose": "contact_by_research"})
    assert "Only sharing with services can be about one service." in odd.content.decode()
    told(lou, lou.post(f"{base}/consent/", no | {"purpose": "share_with_providers"}))
    row = Consent.objects.order_by("-id")[0]
    assert (row.to_service, row.to_organization, row.decision) == (cast.walking, None, "refused")
    assert lou.get(f"{base}/consent/?service=tea").status_code == 200


def test_notes_tasks_and_who_has_the_case(browser_of, cast, obi, referral_at, read):
    referral = referral_at("active")
    lou, base = browser_of(cast.link_worker), f"/r/{referral.reference}"
    assert told(lou, lou.post(f"{base}/note/", {"text": "Likes mornings.", "is_shared": "on"})) == (
        "The note is written. The referrer is told."
    )
    note = CaseNote.objects.get()
    assert "Likes mornings." in read(lou, f"{base}/note/?replaces={note.pk}").text
    day = {"due_on_0": "9", "due_on_1": "11", "due_on_2": "2026"}
    assert told(
        lou, lou.post(f"{base}/tasks/add/", {"title": "Ring the library", "assigned_to": str(obi.pk), **day})
    ) == ("Written down: Ring the library, by Monday 9 November 2026.")
    task = CaseTask.objects.get()
    done = f"{base}/tasks/{task.pk}/done/"
    assert done in read(lou, base).html
    assert told(lou, lou.post(done)) == "Done: Ring the library."
    lena = browser_of(cast.lead)
    assert told(lena, lena.post(done)) == "It was done already: Lou Marsh was first, on 3 November 2026."
    assert CaseTask.objects.get().done_by == cast.link_worker
    stale = lou.post(f"{base}/allocate/", {"owner": str(obi.pk), "version": 1})
    assert (stale.status_code, Referral.objects.get(pk=referral.pk).owner) == (409, cast.link_worker)
    given = lou.post(f"{base}/allocate/", {"owner": str(obi.pk), "version": version_of(referral)})
    assert told(lou, given).startswith("Obi Away has it now.")


GOAL = {
    "goals": "1", "g0-in_own_words": "I want somebody to have tea with.", "g0-importance": "9",
    "g0-status": "in_progress", "g0-steps": "1", "g0-s0-what": "Go to the walking group once", "g0-s0-who": "person",
    "g0-s0-status": "planned", "g0-s0-due_on_0": "20", "g0-s0-due_on_1": "11", "g0-s0-due_on_2": "2026",
    "with_whom": "person", "strengths": "Bakes\n\nKnows everybody",
    "review_on_0": "1", "review_on_1": "12", "review_on_2": "2026",
}  # fmt: skip


def test_a_plan_is_agreed_in_the_persons_own_words_and_changed_as_a_whole(browser_of, cast, referral_at, read):
    referral = referral_at("active")
    lou, address = browser_of(cast.link_worker), f"/r/{referral.reference}/plan/"
    assert "Agree a plan" in read(lou, address).text
    # A goal needs its need; another line is asked for without losing what was typed.
    refused = lou.post(address, GOAL).content.decode()
    assert "Choose a need, or say in words what it is." in refused
    more = lou.post(address, GOAL | {"add": "g0-steps"}).content.decode()
    assert ("I want somebody to have tea with." in more, "g0-s1-what" in more, "There is a problem" in more) == (
        True, True, False
    )  # fmt: skip
    assert PlanVersion.objects.count() == 0
    first = lou.post(address, GOAL | {"g0-term": str(cast.loneliness.pk)})
    assert told(lou, first) == "The plan is saved. It is looked at again on Tuesday 1 December 2026."
    document = PlanVersion.objects.get().document
    assert (document["strengths"], document["needs"][0]["goals"][0]["actions"][0]["due_on"]) == (
        ["Bakes", "Knows everybody"], "2026-11-20"
    )  # fmt: skip
    section = read(lou, f"/r/{referral.reference}").section("plan")
    for words in ("“I want somebody to have tea with.”", "importance 9 of 10", "Go to the walking group once"):
        assert words in section
    # Saved unchanged it says the same; who comes with an older one is told.
    html = read(lou, address).html
    typed = dict(re.findall(r'name="([a-z0-9_-]+)" type="[a-z]+" value="([^"]*)"', html))
    assert typed["g0-s0-what"] == "Go to the walking group once"
    again = GOAL | {"g0-term": str(cast.loneliness.pk)}
    assert lou.post(address, again).status_code == 409
    told(lou, lou.post(address, again | {"number": "1"}))
    assert [row.document for row in PlanVersion.objects.order_by("number")] == [document, document]


def test_what_is_known_of_the_person_is_put_right(browser_of, cast, referral_at, read, time_machine):
    referral = referral_at("active")
    lou, base = browser_of(cast.link_worker), f"/r/{referral.reference}"
    form = read(lou, f"{base}/contact-details/").html
    assert 'value="0161 496 0111"' in form
    permissions = {f"may_{way}": "not_asked" for way in ("telephone", "voicemail", "email", "letter")}
    changed = permissions | {"may_sms": "no", "telephone": "0161 496 0222", "version": version_of(referral)}
    told(lou, lou.post(f"{base}/contact-details/", changed))
    assert "0161 496 0222 Referral" in read(lou, base).section("who")
    assert "Said: no texts" in read(lou, base).section("who")
    told(lou, lou.post(f"{base}/address/", {"kind": "home", "address": "1 New Street", "postcode": "sk5 8bs"}))
    assert "1 New Street" in read(lou, base).section("person")
    told(lou, lou.post(f"{base}/risk/", {"description": "Falls on stairs"}))
    assert "Risk Falls on stairs" in read(lou, base).section("who")
    risk = Risk.objects.get(description="Falls on stairs")
    assert told(lou, lou.post(f"{base}/risks/{risk.pk}/over/")) == "The risk is over. It stays in the history."
    told(lou, lou.post(f"{base}/consent/", {
        "decision": "refused", "purpose": "contact_by_research", "basis": "consent", "how_given": "by_telephone",
    }))  # fmt: skip
    assert Consent.objects.filter(purpose="contact_by_research", decision="refused").count() == 1
    told(lou, lou.post(f"{base}/health/?question=blood_pressure", {"value": "150", "second_value": "90"}))
    assert Observation.objects.get().value == 150
    wrong = lou.post(f"{base}/health/?question=blood_pressure", {"value": "90", "second_value": "150"})
    assert "above the lower one" in wrong.content.decode()
    known = {"preferred_name": "Rosie", "most_important": "My garden", "version": version_of(referral)}
    told(lou, lou.post(f"{base}/known/", known))
    assert "My garden" in read(lou, f"{base}/known/").text
    # Who refers a person records what they say, too; all else of this is the team's.
    gp = browser_of(cast.gp)
    told(gp, gp.post(f"{base}/risk/", {"description": "Smokes in bed"}))
    for page in ("contact-details", "address", "known", "plan", "contact", "note", "allocate", "tasks/add", "measure"):
        assert (gp.get(f"{base}/{page}/").status_code, page) == (404, page)


def test_a_measure_is_taken_from_its_questions(browser_of, cast, referral_at, read):
    choose_measures(user_of=cast.team, measures={"ons4": [0]}, actor=Actor(stage.fresh(cast.lead)), at=NOW)
    referral = referral_at("active")
    lou, base = browser_of(cast.link_worker), f"/r/{referral.reference}"
    assert f"{base}/measure/?measure=ons4" in read(lou, base).links
    assert "due" in read(lou, f"{base}/measure/").text
    answers = {"life_satisfaction": "4", "worthwhile": "5", "happiness": "6", "anxiety": ""}
    said = {f"answers.{code}": answer for code, answer in answers.items()} | {"mode": "telephone", "point": "0"}
    told(lou, lou.post(f"{base}/measure/?measure=ons4", said))
    response = MeasureResponse.objects.get()
    assert (response.point, response.answers["life_satisfaction"], response.answers["anxiety"]) == (0, 4, None)
    assert "life satisfaction 4" in read(lou, base).section("measures")
    # Of no days there is no time to give: the domain says so beside the question, and what was typed stays.
    said = {"answers.walking_days": "0", "answers.walking_minutes": "35", "mode": "telephone", "point": ""}
    odd = lou.post(f"{base}/measure/?measure=ipaq_short", said)
    assert (odd.status_code, MeasureResponse.objects.count()) == (400, 1)
    html = odd.content.decode()
    for shown in ('href="#id_answers.walking_minutes"', "There were no such days, so there is no time", 'value="35"'):
        assert shown in html


def test_a_case_is_held_and_closed_and_then_nothing_more_is_written(browser_of, cast, referral_at, read):
    referral = referral_at("active")
    lou, base = browser_of(cast.link_worker), f"/r/{referral.reference}"
    choose_measures(user_of=cast.team, measures={"ons4": [0]}, actor=Actor(stage.fresh(cast.lead)), at=NOW)
    assert "Still to be measured." in read(lou, f"{base}/do/close/").text
    until = {"until_0": "1", "until_1": "12", "until_2": "2026"}
    told(lou, lou.post(f"{base}/do/hold/", until | {"reason": "away", "version": version_of(referral)}))
    assert "on hold until 1 December 2026" in read(lou, base).section("next")
    told(lou, lou.post(f"{base}/do/resume/", {"version": version_of(referral)}))
    closed = lou.post(f"{base}/do/close/", {"outcome": "goals_met", "version": version_of(referral)})
    told(lou, closed)
    assert "It has ended: there is nothing to do." in read(lou, base).section("next")
    before = ReferralEvent.objects.count()
    assert lou.post(f"{base}/note/", {"text": "Too late"}).status_code == 409
    assert lou.get(f"{base}/contact/").status_code == 302
    assert (ReferralEvent.objects.count(), CaseNote.objects.count()) == (before, 0)


def test_the_team_asks_how_they_are_some_months_later(browser_of, cast, onward_at, read, time_machine):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 6])
    onward = onward_at("completed")
    time_machine.move_to(dt.datetime(2027, 2, 2, 9, tzinfo=dt.UTC))
    lou, address = browser_of(cast.link_worker), f"/r/{onward.reference}/follow-up/"
    assert address in read(lou, f"/r/{onward.reference}").links
    answers = {"months": "3", "result": "reached", "mechanism": "02", "still_active": "here", "since_the_start": "same",
               "asked_on_0": "2", "asked_on_1": "2", "asked_on_2": "2027"}  # fmt: skip
    assert browser_of(cast.outsider).post(address, answers).status_code == 404
    assert FollowUp.objects.count() == 0
    assert told(lou, lou.post(address, answers)) == "It is recorded."
    assert FollowUp.objects.get().result == "reached"


EVERY_PAGE = ("contact", "note", "tasks/add", "allocate", "plan", "measure", "contact-details", "address", "nhs-number",
              "risk", "consent", "health", "clearance", "clearance/ask", "known")  # fmt: skip


def test_what_is_not_theirs_is_not_there_and_nothing_happens(browser_of, cast, referral_at):
    referral = referral_at("active")
    risk = referral.risks.get()
    before = ReferralEvent.objects.count()
    for who in (cast.outsider, cast.neighbouring_link_worker, cast.provider, cast.manager):
        browser = browser_of(who)
        for page in (*EVERY_PAGE, "tasks/1/done", f"risks/{risk.pk}/over"):
            said = {"text": "x", "outcome": "spoke", "description": "x", "title": "x", "decision": "given"}
            assert (browser.post(f"/r/{referral.reference}/{page}/", said).status_code, page) == (404, page)
    assert ReferralEvent.objects.count() == before


def test_every_page_of_a_case_opens_for_the_team(browser_of, cast, referral_at, read):
    lena = browser_of(cast.lead)
    active = referral_at("active")
    for page in EVERY_PAGE:
        opened = read(lena, f"/r/{active.reference}/{page}/")
        assert (opened.html.count("<h1"), page) == (1, page)
        ids = re.findall(r'\sid="([^"]+)"', opened.html)
        assert (len(ids), page) == (len(set(ids)), page)


# --- Bounded --------------------------------------------------------------------------------------------------------


def test_a_fuller_case_and_longer_lists_need_no_more_queries(browser_of, cast, django_assert_max_num_queries):
    choose_measures(user_of=cast.team, measures={"ons4": [0, 12]}, actor=Actor(stage.fresh(cast.lead)), at=NOW)
    referral = stage.referral_at(cast, "active", at=NOW)
    stage.onward_at(cast, "started", at=NOW, referral=referral)

    def more(name):
        stage.onward_at(cast, "sent", at=NOW, referral=supported(cast, name))
        stage.referral_at(cast, "submitted", at=NOW, person=another_person(f"New {name}"))
        stage.referral_at(cast, "information_requested", at=NOW, person=another_person(f"Asked {name}"))

    more("Zoe")
    lou, base = browser_of(cast.link_worker), f"/r/{referral.reference}"
    lou.get("/")

    def asked(path):
        with django_assert_max_num_queries(60) as seen:
            assert lou.get(path).status_code == 200
        return len(seen)

    paths = (base, "/", "/triage/", "/caseload/", "/due/")
    few = {path: asked(path) for path in paths}
    assert few[base] <= 28
    for name in ("Ann", "Bea"):
        more(name)
    stage.onward_at(cast, "sent", at=NOW, referral=referral, service=cast.visiting)
    for _ in range(2):
        lou.post(
            f"{base}/contact/", {"mechanism": "02", "outcome": "no_answer", "with_whom": "person", "direction": "out"}
        )
        lou.post(f"{base}/note/", {"text": "One more"})
        day = {"due_on_0": "3", "due_on_1": "11", "due_on_2": "2026"}
        lou.post(f"{base}/tasks/add/", {"title": "One more", **day})
    many = {path: asked(path) for path in paths}
    assert {path: many[path] - few[path] for path in paths if many[path] > few[path]} == {}
