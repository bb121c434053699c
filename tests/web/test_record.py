"""The page of a reference: where a message leads. Who may open it, and what each of them reads there."""

import datetime as dt
import re

import pytest

from accounts.actors import Actor
from referrals import policies
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import OnwardReferral, Referral
from referrals.services.onward import send_onward_referral, take_onward_step
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests import stage
from tests.conftest import NOW
from tests.web.scenes import another_person, supported, withdraw_consent
from web import words

pytestmark = pytest.mark.django_db


def test_everybody_opens_what_is_theirs_and_nobody_anything_else(browser_of, cast, onward_at):
    onward = onward_at("sent")
    seen = {
        name: tuple(
            browser_of(user).get(f"/r/{reference}").status_code
            for reference in (onward.referral.reference, onward.reference)
        )
        for name, user in cast.everyone.items()
    }
    whole, only_the_onward, nothing = (200, 200), (404, 200), (404, 404)
    assert seen == {
        "gp": whole, "link_worker": whole, "lead": whole, "provider": only_the_onward, "discharge_nurse": nothing,
        "neighbouring_link_worker": nothing, "befriender": nothing, "hub_worker": nothing, "manager": nothing,
        "editor": nothing, "outsider": nothing,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/r/R-23456-789CD", "/r/O-23456-789CD", "/r/X-23456-789CD", "/r/", "/r/R-1", "/nil/"])
def test_an_unknown_reference_is_a_404_with_a_page(path, browser_of, cast, read):
    page = read(browser_of(cast.gp), path, status=404)
    assert page.title == "Page not found - Community Referral"
    assert "it is not yours to see" in page.text
    assert "you are signed in as Gita Gill" in page.text


def test_what_is_not_yours_looks_exactly_like_what_does_not_exist(browser_of, cast, referral_at, read):
    browser = browser_of(cast.outsider)
    unseen = read(browser, f"/r/{referral_at('submitted').reference}", status=404)
    unknown = read(browser, "/r/R-23456-789CD", status=404)
    assert unseen.text == unknown.text


def test_a_reference_may_be_typed_as_it_comes(browser_of, cast, referral_at, read):
    reference = referral_at("submitted").reference
    for typed in (reference, f"{reference}/", reference.lower(), f"{reference}?from=email"):
        assert read(browser_of(cast.gp), f"/r/{typed}").title == f"{reference} - Community Referral"


def test_a_referrer_reads_where_their_referral_stands_and_why_they_made_it(browser_of, cast, referral_at, read):
    referral = referral_at("submitted")
    page = read(browser_of(cast.gp), f"/r/{referral.reference}")
    assert page.title == f"{referral.reference} - Community Referral"
    assert (
        f"Referral {referral.reference} Rose Okafor Waiting for triage "
        "Vale link workers will decide by Wednesday 4 November 2026. "
    ) in page.text
    assert page.section("standing") == (
        "Who and when Who has it Vale link workers Next action due Wednesday 4 November 2026 "
        "Referred by Gita Gill, Vale Practice gita.gill@work.example Sent Monday 2 November 2026, 9:30am"
    )
    assert page.section("person") == (
        "The person Name Rose Okafor Date of birth 27 March 1951 Telephone 0161 496 0111 "
        "NHS number 999 000 0018 Number present but not traced Address SK5 8BS GP practice Vale Practice (Z90001)"
    )
    assert page.section("content") == (
        "Why Reason Lives alone since her husband died, and has stopped going out. "
        "Needs Loneliness and isolation: misses company Risks No known risks "
        "Sharing with services Agreed. Recorded by Gita Gill, Monday 2 November 2026. Agreed in the consultation."
    )
    assert page.section("offers") == "Services The person has not been sent to a service."
    assert page.section("timeline") == (
        "What has happened Waiting for triage Send. Gita Gill, Monday 2 November 2026, 9:30am"
    )


def test_what_you_can_do_next_is_what_the_api_would_let_you_do(browser_of, cast, referral_at, onward_at, read):
    referral = referral_at("submitted")
    page = read(browser_of(cast.gp), f"/r/{referral.reference}")
    assert page.section("next") == (
        "What you can do Withdraw Print a slip for the person "
        "Record what the person decided about sharing Record what is known of the person's health "
        "Record what a health professional decided Record a risk Record that the person has died"
    )
    # Of what was sent to a service the team answers the question, or takes it back.
    onward = onward_at("information_requested", referral=supported(cast, "Ann"))
    assert read(browser_of(cast.link_worker), f"/r/{onward.reference}").section("next") == (
        "What you can do next Answer Withdraw"
    )


def test_where_nothing_can_be_done_the_page_says_so(browser_of, cast, onward_at, read):
    page = read(browser_of(cast.gp), f"/r/{onward_at('completed').reference}")
    assert page.section("next") == "What you can do next Nothing: it has ended."


def test_a_reason_stands_beside_the_status(browser_of, cast, referral_at, read):
    page = read(browser_of(cast.gp), f"/r/{referral_at('rejected').reference}")
    assert "Rejected: does not meet the criteria Vale link workers did not take it on." in page.text


def test_whose_turn_it_is_stands_in_one_line_and_what_waits_says_why(browser_of, cast, onward_at, read):
    onward = onward_at("sent")
    take_referral_step(
        referral=onward.referral, step="hold", actor=Actor(stage.fresh(cast.link_worker)),
        at=NOW + dt.timedelta(hours=8), details=StepDetails(reason="in_hospital", until=dt.date(2026, 11, 20)),
    )  # fmt: skip

    def line(user, row):
        found = re.search(r"(Nobody for now: .*?\))", read(browser_of(user), f"/r/{row.reference}").text)
        return found[1] if found else None

    hospital = "in hospital since 2 November 2026"
    assert line(cast.link_worker, onward.referral) == (
        f"Nobody for now: confirm the discharge, or hold it longer, by Friday 20 November 2026 ({hospital})"
    )
    assert f"It stands still: {hospital}." in read(browser_of(cast.gp), f"/r/{onward.referral.reference}").text
    for user in (cast.gp, cast.link_worker):
        assert line(user, onward) == f"Nobody for now: wait for the end of the hold ({hospital})"
    assert line(cast.provider, onward) == (
        "Nobody for now: wait for the end of the hold (the link worker has it on hold)"
    )


def test_what_is_overdue_says_so_in_words(browser_of, cast, referral_at, read, time_machine):
    referral = referral_at("submitted")
    time_machine.move_to(dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC))
    assert "Waiting for triage Overdue" in read(browser_of(cast.gp), f"/r/{referral.reference}").text


def test_the_referrer_reads_what_became_of_each_offer_and_the_code_for_the_record(browser_of, cast, onward_at, read):
    declined = onward_at("declined")
    completed = onward_at("completed", referral=declined.referral)
    page = read(browser_of(cast.gp), f"/r/{declined.referral.reference}")
    assert page.section("offers") == (
        "Services Walking group , Active team Declined by the provider: full "
        "Sent Monday 2 November 2026, ended Monday 2 November 2026 Walking group , Active team Completed: goals met "
        "Sent Monday 2 November 2026, ended Monday 2 November 2026"
    )
    assert "For the record: SNOMED CT 871731000000106 Referral to social prescribing service" in page.section(
        "timeline"
    )
    assert f"/r/{completed.reference}" in page.links


def test_what_provider_and_link_worker_say_to_each_other_is_not_for_the_referrer(browser_of, cast, onward_at, read):
    onward = onward_at("information_requested")
    question = "Which days suit her?"
    for who, reads_it in (("provider", True), ("link_worker", True), ("lead", True), ("gp", False)):
        page = read(browser_of(getattr(cast, who)), f"/r/{onward.reference}")
        assert "Question asked of the link worker Ask the link worker. Pat Active" in page.section("timeline")
        assert (question in page.text, who) == (reads_it, who)
    for who, reads_it in (("link_worker", True), ("gp", False)):
        page = read(browser_of(getattr(cast, who)), f"/r/{onward.referral.reference}")
        assert f"Question asked of the link worker , Walking group ({onward.reference})" in page.section("timeline")
        assert (question in page.text, who) == (reads_it, who)


def test_a_question_to_the_referrer_is_for_the_referrer_to_read(browser_of, cast, referral_at, read):
    page = read(browser_of(cast.gp), f"/r/{referral_at('information_requested').reference}")
    assert "Does she use a frame?" in page.section("timeline")


def test_a_provider_reads_who_comes_and_nothing_of_why(browser_of, cast, onward_at, read):
    onward = onward_at("sent")
    page = read(browser_of(cast.provider), f"/r/{onward.reference}")
    assert page.section("person") == ("The person Name Rose Okafor Date of birth 27 March 1951 Telephone 0161 496 0111")
    assert page.section("needed") == "What you need to know Handover note Prefers mornings. Risks No known risks"
    assert f"/r/{onward.referral.reference}" not in page.links  # it would be a 404 for them
    for hidden in ("999 000 0018", "SK5 8BS", "Loneliness", "Lives alone", "Agreed in the consultation"):
        assert hidden not in page.text


PERSONAL = ("Okafor", "OKAFOR", "Rose", "1951", "0161 496 0111", "Prefers mornings", "No known risks")


@pytest.mark.parametrize("status", OnwardStatus.NEVER_TAKEN_UP)
def test_a_provider_that_did_not_take_a_person_up_no_longer_sees_who_it_was(status, browser_of, cast, onward_at, read):
    onward = onward_at(status)
    page = read(browser_of(cast.provider), f"/r/{onward.reference}")
    assert page.section("person").startswith("The person You do not see who this is")
    assert [word for word in PERSONAL if word in page.html] == []
    assert "Rose Okafor" in read(browser_of(cast.link_worker), f"/r/{onward.reference}").text


def test_a_provider_does_not_see_a_person_who_has_withdrawn_their_consent(browser_of, cast, onward_at, read):
    onward = onward_at("started")
    withdraw_consent(cast, onward.referral)
    page = read(browser_of(cast.provider), f"/r/{onward.reference}")
    assert [word for word in PERSONAL if word in page.html] == []


def test_whoever_works_on_the_referral_is_led_from_one_offer_to_the_next(browser_of, cast, onward_at, read):
    declined = onward_at("declined")
    instead = send_onward_referral(
        referral=declined.referral, service=cast.visiting, actor=Actor(stage.fresh(cast.link_worker)),
        at=NOW + dt.timedelta(hours=9), rerouted_from=declined,
    )  # fmt: skip
    assert f"/r/{instead.reference}" in read(browser_of(cast.link_worker), f"/r/{declined.reference}").links
    assert f"/r/{declined.reference}" in read(browser_of(cast.gp), f"/r/{instead.reference}").links
    at_the_other_provider = read(browser_of(cast.befriender), f"/r/{instead.reference}")
    assert f"Sent instead of {declined.reference}" in at_the_other_provider.text
    assert f"/r/{declined.reference}" not in at_the_other_provider.links


def test_a_redirection_links_to_the_other_team_for_those_who_may_follow(browser_of, cast, referral_at, read):
    earlier = referral_at("redirected")
    later = Referral.objects.get(redirected_from=earlier)
    assert f"/r/{later.reference}" in read(browser_of(cast.gp), f"/r/{earlier.reference}").links
    at_the_old_team = read(browser_of(cast.link_worker), f"/r/{earlier.reference}")
    assert f"Passed on to another team as {later.reference}" in at_the_old_team.text
    assert f"/r/{later.reference}" not in at_the_old_team.links
    at_the_new_team = read(browser_of(cast.neighbouring_link_worker), f"/r/{later.reference}")
    assert f"Came from another team, where it was {earlier.reference}" in at_the_new_team.text
    assert f"/r/{earlier.reference}" not in at_the_new_team.links


@pytest.mark.parametrize("status", ReferralStatus.values)
def test_every_status_of_a_referral_has_its_page(status, browser_of, cast, referral_at, read):
    referral = referral_at(status)
    page = read(browser_of(cast.gp), f"/r/{referral.reference}")
    assert ReferralStatus(status).label in page.text


@pytest.mark.parametrize("status", OnwardStatus.values)
def test_every_status_of_an_onward_referral_has_its_page(status, browser_of, cast, onward_at, read):
    onward = onward_at(status)
    for user in (cast.gp, cast.link_worker, cast.provider):
        assert OnwardStatus(status).label in read(browser_of(user), f"/r/{onward.reference}").text


def test_every_action_has_words_of_its_own(cast, referral_at, onward_at):
    subjects = [referral_at(status, person=another_person(status)) for status in ReferralStatus.values]
    subjects += [onward_at(status, referral=supported(cast, f"Onward {status}")) for status in OnwardStatus.values]
    for subject in subjects:
        for who in ("gp", "link_worker", "lead", "provider"):
            for name in policies.available_actions(Actor(stage.fresh(getattr(cast, who))), subject, on=NOW.date()):
                assert name in policies.steps_for(subject) or name in words.ACTIONS_BESIDE_THE_STEPS


def test_a_record_with_more_in_it_needs_no_more_queries(browser_of, cast, django_assert_num_queries):
    referral = stage.referral_at(
        cast, "active", at=NOW, no_known_risks=False, risks=("A dog",), needs=((cast.loneliness.pk, ""),)
    )
    first = stage.onward_at(cast, "declined", at=NOW, referral=referral)
    gp, link_worker, provider = (browser_of(user) for user in (cast.gp, cast.link_worker, cast.provider))

    def assert_bounded():
        # Session, user, memberships; the referral with its needs, risks, consents and offers; the name of its practice;
        # timeline; messages back; notes for them. The practice sees besides what it has filed of those messages. And
        # each reading is written down.
        with django_assert_num_queries(3 + 5 + 1 + 1 + 1 + 1 + 1 + 1):
            assert gp.get(f"/r/{referral.reference}").status_code == 200
        # The onward referral with its referral's risks and consents; its timeline; that it was read.
        for browser in (gp, link_worker, provider):
            with django_assert_num_queries(3 + 3 + 1 + 1):
                assert browser.get(f"/r/{first.reference}").status_code == 200

    assert_bounded()
    stage.onward_at(cast, "completed", at=NOW, referral=referral)
    third = stage.onward_at(cast, "sent", at=NOW, referral=referral)
    take_onward_step(
        onward=OnwardReferral.objects.get(pk=third.pk), step="request_information",
        actor=Actor(stage.fresh(cast.provider)), at=NOW + dt.timedelta(days=1), details=StepDetails(note="When?"),
    )  # fmt: skip
    withdraw_consent(cast, referral)
    assert_bounded()
