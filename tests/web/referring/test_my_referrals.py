"""What Gita reads of the referrals that she and her team have made, and what she does there."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import register_user
from referrals.models import MessageBack, Referral
from referrals.services.notes import write_note
from referrals.services.referrals import take_referral_step
from referrals.services.steps import StepDetails
from tests import stage
from tests.conftest import NOW
from tests.web.scenes import another_person, supported, version_in

pytestmark = pytest.mark.django_db


# --- The list -------------------------------------------------------------------------------------------------------


def test_the_list_says_in_plain_words_what_happens_next(browser_of, cast, referral_at, read, time_machine):
    people = iter("ABCDEFGHIJKL")

    def at(status):
        return referral_at(status, person=another_person(next(people)))

    said = {
        at("draft"): "Not sent yet. Finish it, and send it.",
        at("submitted"): "Vale link workers will decide by Wednesday 4 November 2026.",
        at("information_requested"): ("A question from Vale link workers: please answer it by Monday 9 November 2026."),
        at("deferred"): (
            "The discharge is planned for Monday 9 November 2026. Please confirm when D is home, or change the day by "
            "Tuesday 10 November 2026."
        ),
        at("accepted"): "Lou Marsh will get in touch with E by Monday 9 November 2026.",
        at("active"): ("F has the support of Lou Marsh, who will look at it again by Monday 30 November 2026."),
        at("on_hold"): (
            "It stands still: in hospital since 2 November 2026. "
            "Lou Marsh will look at it again by Tuesday 1 December 2026."
        ),
        at("closed"): "It has ended: goals met.",
        at("rejected"): "Vale link workers did not take it on.",
        at("redirected"): "Vale link workers passed it on to another team.",
        at("withdrawn"): "It was taken back.",
        at("entered_in_error"): "It was entered in error.",
    }
    gita = browser_of(cast.gp)
    whole = read(gita, "/referrals/?show=all")
    assert [(row.status, sentence in whole.text) for row, sentence in said.items()] == [
        (row.status, True) for row in said
    ]
    shown = {
        show: [row.status for row in said if row.reference in read(gita, f"/referrals/?show={show}").text]
        for show in ("open", "answer", "drafts", "ended", "nonsense")
    }
    sent = ["submitted", "information_requested", "deferred", "accepted", "active", "on_hold"]
    assert shown == {
        "open": sent, "nonsense": sent, "drafts": ["draft"], "answer": ["information_requested", "deferred"],
        "ended": ["closed", "rejected", "redirected", "withdrawn", "entered_in_error"],
    }  # fmt: skip
    time_machine.move_to(dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC))
    late = read(browser_of(cast.gp), "/referrals/").text
    assert "Overdue Vale link workers will decide by Wednesday 4 November 2026. This is late." in late


def test_the_list_is_mine_or_my_teams_and_never_anothers(browser_of, cast, referral_at, read):
    mine = referral_at("submitted")
    colleague = register_user(
        email="nurse@work.example", full_name="Nell Nurse", password=None, roles=[(cast.practice, Role.REFERRER)]
    )
    theirs = referral_at("submitted", person=another_person("Ann"), by=colleague)
    dean, gita = browser_of(cast.discharge_nurse), browser_of(cast.gp)
    listed = {
        path: [row.reference in read(gita, path).text for row in (mine, theirs)]
        for path in ("/referrals/", "/referrals/?whose=mine")
    }
    assert listed == {"/referrals/": [True, True], "/referrals/?whose=mine": [True, False]}
    nothing = read(dean, "/referrals/")
    assert "Nothing is open. When you refer somebody, you see here who has it and what happens next." in nothing.text
    assert browser_of(cast.provider).get("/referrals/").status_code == 403

    found = gita.post("/referrals/", {"look_for": "okaf"}).content.decode()
    assert [row.reference in found for row in (mine, theirs)] == [True, False]
    assert gita.post("/referrals/", {"look_for": mine.reference.lower()}).url == f"/r/{mine.reference}"
    for unseen in ("okaf", mine.reference, "\0"):
        assert mine.reference not in dean.post("/referrals/", {"look_for": unseen}).content.decode().replace(
            f'value="{unseen}"', ""
        )


def test_a_longer_list_has_pages_and_needs_no_more_queries(browser_of, cast, read, django_assert_num_queries):
    gita = browser_of(cast.gp)
    # Session, user, memberships; the referrals as lines.
    for name in ("Ann", "Bea"):
        stage.referral_at(cast, "submitted", at=NOW, person=another_person(name))
        with django_assert_num_queries(3 + 1):
            gita.get("/referrals/")


# --- One referral ---------------------------------------------------------------------------------------------------


def test_a_question_is_answered_on_the_page_of_the_referral(browser_of, cast, referral_at, read):
    referral, gita = referral_at("information_requested"), browser_of(cast.gp)
    page = read(gita, f"/r/{referral.reference}")
    assert "A question from Vale link workers: please answer it by Monday 9 November 2026." in page.text
    assert "Does she use a frame?" in page.text.partition("What you can do")[0]
    answer = {"note": "Yes, indoors.", "version": version_in(page)}

    empty = gita.post(f"/r/{referral.reference}/answer/", answer | {"note": " "})
    assert (empty.status_code, empty.content.decode().count("Write your answer.")) == (400, 2)
    for stranger in (cast.discharge_nurse, cast.provider, cast.outsider, cast.link_worker):
        assert browser_of(stranger).post(f"/r/{referral.reference}/answer/", answer).status_code == 404
    assert Referral.objects.get().status == "information_requested"

    assert gita.post(f"/r/{referral.reference}/answer/", answer).url == f"/r/{referral.reference}"
    after = read(gita, f"/r/{referral.reference}")
    assert "Your answer is with Vale link workers." in after.text
    assert "Yes, indoors." in after.section("timeline")
    assert "A question for you" not in after.text

    second = gita.post(f"/r/{referral.reference}/answer/", answer | {"note": "No frame."})
    assert (second.status_code, "No frame." in second.content.decode()) == (409, True)
    assert gita.get(f"/r/{referral.reference}/answer/").url == f"/r/{referral.reference}"


def test_it_is_taken_back_from_its_page_and_the_page_then_offers_nothing(browser_of, cast, referral_at, read):
    referral, gita = referral_at("submitted"), browser_of(cast.gp)
    page = read(gita, f"/r/{referral.reference}")
    withdraw = f"/r/{referral.reference}/do/withdraw/"
    assert {withdraw, f"/r/{referral.reference}/do/record-death/", f"/r/{referral.reference}/slip/"} <= set(page.links)
    form = read(gita, withdraw)
    said = {"reason": "no_longer_needed", "version": version_in(form)}
    assert browser_of(cast.discharge_nurse).post(withdraw, said).status_code == 404
    assert gita.post(withdraw, said).status_code == 302
    after = read(gita, f"/r/{referral.reference}")
    assert "Withdrawn: no longer needed It was taken back." in after.text
    assert after.section("next") == "What you can do Nothing: it has ended."
    for beside in ("sent", "slip"):  # of what has ended there is nothing to hand out
        assert gita.get(f"/r/{referral.reference}/{beside}/").url == f"/r/{referral.reference}"


def test_nobody_else_opens_what_stands_beside_a_referral(browser_of, cast, referral_at):
    referral, draft = referral_at("submitted"), referral_at("draft", person=another_person("Ann"))
    paths = [f"/r/{referral.reference}/sent/", f"/r/{referral.reference}/slip/", f"/refer/{draft.reference}/"]
    seen = {name: [browser_of(user).get(path).status_code for path in paths] for name, user in cast.everyone.items()}
    nothing, refers = [404, 404, 403], [404, 404, 404]
    assert seen == dict.fromkeys(seen, nothing) | {
        "gp": [200, 200, 200], "discharge_nurse": refers, "outsider": refers
    }  # fmt: skip


def test_what_the_team_wrote_for_the_gp_is_there_to_read_and_nothing_else_of_its_notes(browser_of, cast, read):
    """Gita was told by email that there is a note for her. The team's own notes stay the team's."""
    referral, lou = stage.referral_at(cast, "active", at=NOW), Actor(stage.fresh(cast.link_worker))
    gita, later = browser_of(cast.gp), NOW + dt.timedelta(days=1)
    assert "Notes for you" not in read(gita, f"/r/{referral.reference}").text
    write_note(referral=referral, actor=lou, at=later, text="Her sister is difficult.")
    wrong = write_note(
        referral=referral, actor=lou, at=later, text="Please ring hre about her tablets.", is_shared=True
    )
    write_note(
        referral=referral, actor=lou, at=later, text="Please ring her about her tablets.", is_shared=True,
        replaces=wrong.pk,
    )  # fmt: skip
    page = read(gita, f"/r/{referral.reference}").text
    assert "Notes for you Please ring her about her tablets. Lou Marsh, Tuesday 3 November 2026" in page
    assert "ring hre" not in page
    assert "difficult" not in page


def test_a_referral_with_more_in_it_needs_no_more_queries(browser_of, cast, django_assert_num_queries):
    referral = stage.referral_at(cast, "active", at=NOW)
    gita = browser_of(cast.gp)
    stage.onward_at(cast, "declined", at=NOW, referral=referral)
    # Session, user, memberships; the referral with needs, risks, consents, offers; the
    # practice's name; timeline; messages and filings; notes; that it was read.
    with django_assert_num_queries(3 + 5 + 1 + 1 + 2 + 1 + 1):
        gita.get(f"/r/{referral.reference}")
    stage.onward_at(cast, "completed", at=NOW, referral=referral)
    close(cast, referral)
    with django_assert_num_queries(3 + 5 + 1 + 1 + 2 + 1 + 1):
        gita.get(f"/r/{referral.reference}")


# --- Messages back --------------------------------------------------------------------------------------------------


def close(cast, referral):
    take_referral_step(
        referral=referral, step="close", actor=Actor(stage.fresh(cast.link_worker)), at=NOW + dt.timedelta(days=1),
        details=StepDetails(outcome="goals_met", note="Sings in a choir now."),
    )  # fmt: skip


def test_a_message_back_is_read_downloaded_pasted_and_filed(browser_of, cast, read):
    referral, gita = supported(cast, "Ann"), browser_of(cast.gp)
    close(cast, referral)
    message = MessageBack.objects.get(referral=referral, kind="closing")
    page = read(gita, f"/r/{referral.reference}")
    assert "Ended, Tuesday 3 November 2026 Not filed yet." in page.section("messages")
    assert {f"/r/{message.reference}", f"/r/{message.reference}/text/"} <= set(page.links)

    shown = read(gita, f"/r/{message.reference}")
    assert "Plan and requested actions" in shown.text
    assert "871731000000106" in shown.text
    pdf = f"/api/v1/referrals/{referral.reference}/messages-back/{message.reference}/?format=pdf"
    assert {pdf, f"/r/{message.reference}/text/", f"/r/{referral.reference}"} <= set(shown.links)
    text = gita.get(f"/r/{message.reference}/text/")
    words = text.content.decode()
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert text.headers["Content-Disposition"] == f'attachment; filename="message-back-{message.reference}.txt"'
    assert "FOR THE RECORD\nSNOMED CT:\n- Code: 871731000000106; Meaning: Referral to social prescribing" in words
    assert "Sings in a choir now." in words

    file = f"/r/{message.reference}/file/"
    assert message.reference in read(gita, "/messages-back/").text
    assert gita.get(file).status_code == 405
    assert browser_of(cast.link_worker).post(file).status_code == 403
    for stranger in (cast.provider, cast.outsider, cast.discharge_nurse):
        paths = (f"/r/{message.reference}", f"/r/{message.reference}/text/")
        assert [browser_of(stranger).get(path).status_code for path in paths] == [404, 404]
        assert browser_of(stranger).post(file).status_code == 404
    assert gita.post(file).url == f"/r/{message.reference}"
    assert "Filed by Gita Gill, Tuesday 3 November 2026." in read(gita, f"/r/{message.reference}").text
    left = read(gita, "/messages-back/").text
    assert (message.reference in left, "Filed by Gita Gill" in read(gita, "/messages-back/?show=filed").text) == (
        False, True,
    )  # fmt: skip
    assert browser_of(cast.provider).get("/messages-back/").status_code == 403
