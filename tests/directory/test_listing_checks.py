"""Is it still right? The weekly round asks, one email an inbox; whoever keeps a listing answers, once."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import register_user
from core.errors import Conflict, Invalid, NotVisible
from core.signed_links import signature_of
from notifications.models import OutboxMessage
from notifications.templates import LISTING_CHECK, compose
from referrals.models import OnwardReferral
from services_directory.enums import CheckAnswer
from services_directory.models import CheckRequest, CheckRound, Feed, ListingCheck, ListingTrust, Service, Verification
from services_directory.services import rounds
from services_directory.services.rounds import check_listings
from services_directory.services.verifications import Said, answer_by_link, note_edit
from services_directory.tasks import check_listings as weekly
from tests.stage import fresh

MONDAY = dt.datetime(2026, 11, 2, 6, 0, tzinfo=dt.UTC)
RIGHT = Said()
CHANGED = Said(answer=CheckAnswer.CHANGED, note="Thursdays now, not Tuesdays.")
CLOSED = Said(answer=CheckAnswer.CLOSED)


def weeks(count):
    return MONDAY + dt.timedelta(weeks=count)


def emails(**of):
    return sorted(OutboxMessage.objects.filter(**of).values_list("recipient", "template"))


def answer(service, said=RIGHT, *, at=MONDAY + dt.timedelta(hours=3), request=None):
    """Pat presses a button of the page behind the link."""
    request = request or CheckRequest.objects.get(checks__service=service)
    return answer_by_link(
        reference=request.reference, signature=signature_of(request.reference, purpose=LISTING_CHECK),
        service_id=service.pk, said=said, at=at,
    )  # fmt: skip


@pytest.fixture
def keepers(cast):
    """The four teams' inboxes on the stage; the library's leaflet gives no address."""
    return [cast.leisure.inbox_email, cast.befriending.inbox_email, cast.hub.inbox_email]


def test_each_team_gets_one_email_on_monday_about_all_of_its_listings(cast, keepers):
    swimming = Service.objects.create(
        organization=cast.walking.organization, name="Swimming", referral_route="referral", receiving_team=cast.leisure,
        capacity="open", first_contact_by="service",
    )  # fmt: skip

    done = check_listings(at=MONDAY)

    assert emails() == sorted((inbox, "listings_to_check") for inbox in keepers)
    request = CheckRequest.objects.get(recipient=cast.leisure.inbox_email)
    assert {check.service for check in request.checks.all()} == {cast.walking, swimming}
    assert (request.due_on, request.expires_at) == (dt.date(2026, 12, 14), MONDAY + dt.timedelta(days=60))
    assert (done.judged, done.stale, done.requests, done.asked, done.reminded, done.lapsed) == (5, 0, 3, 4, 0, 0)


def test_the_email_says_what_is_asked_by_when_and_where_and_the_outbox_holds_no_key(cast):
    check_listings(at=MONDAY)
    message = OutboxMessage.objects.get(recipient=cast.leisure.inbox_email)
    request = CheckRequest.objects.get(recipient=cast.leisure.inbox_email)
    text = compose(message.template, message.context)

    assert text.subject == f"Is what we say about you still right? {request.reference}"
    assert "by 14 December 2026" in text.body
    signature = signature_of(request.reference, purpose=LISTING_CHECK)
    assert f"\n{settings.PUBLIC_URL}/check/{request.reference}/{signature}/\n" in text.body
    assert message.context == {"reference": request.reference, "due_on": "2026-12-14"}
    with connection.cursor() as cursor:
        for table in ("notifications_outboxmessage", "services_directory_checkrequest"):
            cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{signature}%"])  # noqa: S608
            assert cursor.fetchone() == (0,)


def test_the_round_of_one_week_done_twice_asks_once(cast, keepers, time_machine):
    time_machine.move_to(MONDAY)
    weekly()
    weekly()
    assert emails() == sorted((inbox, "listings_to_check") for inbox in keepers)
    assert list(CheckRound.objects.order_by("id").values_list("requests", "judged")) == [(3, 4), (0, 4)]


def test_a_round_that_is_stopped_after_asking_is_finished_by_the_next(cast, monkeypatch):
    def stop(**_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "judge_all", stop)
        with pytest.raises(KeyboardInterrupt):
            check_listings(at=MONDAY)
    assert (CheckRequest.objects.count(), CheckRound.objects.count()) == (3, 0)

    check_listings(at=MONDAY + dt.timedelta(hours=1))

    assert (CheckRequest.objects.count(), OutboxMessage.objects.count(), CheckRound.objects.count()) == (3, 3, 1)
    assert not Service.objects.filter(trust_score=None).exists()


def test_pat_says_yes_and_the_listing_is_fresh(cast):
    check_listings(at=weeks(-8))
    check_listings(at=MONDAY)
    cast.walking.refresh_from_db()
    assert (cast.walking.trust_score, cast.walking.is_stale) == (13, True)
    at = MONDAY + dt.timedelta(hours=3)

    said = answer(cast.walking, at=at)

    cast.walking.refresh_from_db()
    assert (cast.walking.verified_at, cast.walking.verified_how, cast.walking.verified_by) == (
        at, "provider_link", "Leisure Trust",
    )  # fmt: skip
    assert (cast.walking.trust_score, cast.walking.trust_label, cast.walking.is_stale) == (
        100, "Checked recently", False,
    )  # fmt: skip
    assert (said.answer, said.source, said.by, said.on_behalf_of) == (
        "still_right",
        "provider_link",
        None,
        "Leisure Trust",
    )
    judgement = ListingTrust.objects.get(service=cast.walking)
    assert judgement.judged_at == at
    assert judgement.words == (
        "Leisure Trust said on 2 November 2026 that it is right. "
        "Too few referrals have gone there to say how they are answered. "
        "No message to it has come back. Its capacity was last confirmed on 2 November 2026."
    )
    # Nobody else's listing is any the fresher, and nobody is told of a yes.
    assert set(Service.objects.filter(verified_at=None)) == {cast.visiting, cast.scheme, cast.leaflet}
    assert emails(template="listing_reported") == []


def test_the_second_press_is_told_that_the_link_was_used(cast):
    check_listings(at=MONDAY)
    answer(cast.walking)
    with pytest.raises(Conflict) as refusal:
        answer(cast.walking, CLOSED, at=MONDAY + dt.timedelta(hours=4))
    assert refusal.value.code == "link_used"
    assert Verification.objects.count() == 1
    cast.walking.refresh_from_db()
    assert (cast.walking.capacity, cast.walking.reported) == ("open", "")


@pytest.mark.parametrize("forgery", ["", "x", "A" * 43])
def test_a_forged_link_changes_nothing(cast, forgery):
    check_listings(at=MONDAY)
    request = CheckRequest.objects.get(checks__service=cast.walking)
    another = CheckRequest.objects.get(checks__service=cast.visiting)
    for signature in (
        forgery,
        signature_of(another.reference, purpose=LISTING_CHECK),
        signature_of(request.reference, purpose="another door"),
    ):
        with pytest.raises(NotVisible):
            answer_by_link(
                reference=request.reference, signature=signature, service_id=cast.walking.pk, said=RIGHT, at=MONDAY
            )
    assert (Verification.objects.count(), ListingCheck.objects.filter(answered_at=None).count()) == (0, 3)


def test_a_link_answers_for_no_listing_that_it_does_not_ask_about(cast):
    check_listings(at=MONDAY)
    request = CheckRequest.objects.get(checks__service=cast.walking)
    with pytest.raises(NotVisible):
        answer(cast.visiting, request=request)
    assert not Verification.objects.exists()


def test_a_link_works_for_sixty_days(cast):
    check_listings(at=MONDAY)
    end = MONDAY + dt.timedelta(days=60)
    with pytest.raises(Conflict) as refusal:
        answer(cast.walking, at=end)
    assert refusal.value.code == "link_expired"
    assert not Verification.objects.exists()
    answer(cast.walking, at=end - dt.timedelta(seconds=1))
    assert Verification.objects.count() == 1


def test_a_reminder_goes_out_once_after_two_weeks_to_those_who_have_not_answered(cast, keepers):
    check_listings(at=MONDAY)
    answer(cast.walking)
    for week in (1, 2, 3, 4, 5):
        check_listings(at=weeks(week))
    reminded = [(inbox, "listings_still_to_check") for inbox in keepers if inbox != cast.leisure.inbox_email]
    assert emails(template="listings_still_to_check") == sorted(reminded)
    assert set(CheckRequest.objects.exclude(reminded_at=None).values_list("reminded_at", flat=True)) == {weeks(2)}


def test_a_missed_week_is_made_up_for(cast):
    check_listings(at=MONDAY)
    check_listings(at=weeks(3))
    assert OutboxMessage.objects.filter(template="listings_still_to_check").count() == 3


def test_a_listing_is_stale_after_six_weeks_without_an_answer_and_stays_so_until_there_is_one(cast):
    def stale():
        return set(Service.objects.filter(is_stale=True))

    check_listings(at=MONDAY)
    check_listings(at=weeks(5))
    assert stale() == set()
    check_listings(at=weeks(6))
    assert stale() == {cast.walking, cast.visiting, cast.scheme}
    # The link runs out, and the round asks anew: that makes nothing fresh.
    done = check_listings(at=weeks(9))
    assert (done.lapsed, done.requests) == (3, 3)
    assert stale() == {cast.walking, cast.visiting, cast.scheme}
    answer(
        cast.walking, at=weeks(10), request=CheckRequest.objects.get(checks__service=cast.walking, asked_at=weeks(9))
    )
    assert stale() == {cast.visiting, cast.scheme}


def test_a_checked_listing_is_asked_about_again_after_half_a_year(cast):
    check_listings(at=MONDAY)
    answer(cast.walking, at=MONDAY)
    check_listings(at=weeks(25))
    assert CheckRequest.objects.filter(recipient=cast.leisure.inbox_email).count() == 1
    check_listings(at=weeks(26))
    assert CheckRequest.objects.filter(recipient=cast.leisure.inbox_email).count() == 2


def test_an_inbox_with_many_listings_is_asked_in_portions_four_weeks_apart(cast, monkeypatch):
    monkeypatch.setattr(rounds, "LISTINGS_PER_REQUEST", 3)
    for number in range(6):
        Service.objects.create(
            organization=cast.walking.organization, name=f"Class {number}", referral_route="referral",
            receiving_team=cast.leisure, capacity="open", first_contact_by="service",
        )  # fmt: skip
    for week in range(6):
        check_listings(at=weeks(week))
    asked = CheckRequest.objects.filter(recipient=cast.leisure.inbox_email).order_by("asked_at")
    assert [(request.asked_at, request.checks.count()) for request in asked] == [(MONDAY, 3), (weeks(4), 3)]
    services = ListingCheck.objects.filter(request__in=asked).values_list("service", flat=True)
    assert len(set(services)) == 6


def test_who_is_asked_about_a_listing_that_only_signposts(cast):
    organization = cast.leaflet.organization
    feed = Feed.objects.create(name="Libraries", source="libraries.json")
    own = Service.objects.create(organization=organization, name="Own address", email="own@library.example")
    Service.objects.create(organization=organization, name="Imported", email="theirs@library.example", feed=feed)
    Service.objects.create(
        organization=organization, name="Closed", email="closed@library.example", status="temporarily closed"
    )
    Service.objects.create(
        organization=organization, name="Withdrawn", email="gone@library.example", withdrawn_at=MONDAY
    )

    check_listings(at=MONDAY)
    asked = set(CheckRequest.objects.values_list("recipient", flat=True))
    assert {address for address in asked if "library" in address} == {own.email}

    organization.email = "desk@trust.example"
    organization.save()
    check_listings(at=weeks(4))
    assert CheckRequest.objects.get(recipient="desk@trust.example").checks.get().service == cast.leaflet


def test_nobody_is_asked_in_a_team_that_is_closed(cast):
    cast.leisure.is_active = False
    cast.leisure.save()
    check_listings(at=MONDAY)
    assert not ListingCheck.objects.filter(service=cast.walking).exists()


def test_something_has_changed_the_editor_is_told_and_the_listing_says_so(cast):
    check_listings(at=MONDAY)
    said = answer(cast.walking, CHANGED)

    cast.walking.refresh_from_db()
    assert (cast.walking.reported, cast.walking.verified_at) == ("changed", None)
    assert (cast.walking.status, cast.walking.capacity) == ("active", "open")
    assert cast.walking.trust_label == "Its provider says that something has changed"
    assert said.note == "Thursdays now, not Tuesdays."
    message = OutboxMessage.objects.get(template="listing_reported")
    assert (message.recipient, message.context) == ("public-health@inbox.example", {"reference": said.reference})
    text = compose(message.template, message.context)
    assert f"{settings.PUBLIC_URL}/directory/figures/" in text.body
    assert "Thursdays" not in text.body + text.subject
    # It is the editor's turn: nobody is asked again.
    assert check_listings(at=weeks(30)).asked == 2


def test_what_has_changed_must_be_said(cast):
    check_listings(at=MONDAY)
    for note in ("", "   "):
        with pytest.raises(Invalid) as refusal:
            answer(cast.walking, Said(answer=CheckAnswer.CHANGED, note=note))
        assert refusal.value.extra["errors"] == {"note": ["Say in a few words what has changed."]}
    assert not Verification.objects.exists()
    assert ListingCheck.objects.get(service=cast.walking).answered_at is None


def test_a_service_that_takes_referrals_and_says_that_it_has_closed_is_paused_and_loses_nobody(cast, onward_at):
    started = onward_at("started")
    check_listings(at=MONDAY)
    answer(cast.walking, CLOSED)
    cast.walking.refresh_from_db()
    assert (cast.walking.status, cast.walking.capacity, cast.walking.reported) == ("active", "paused", "closed")
    assert cast.walking.trust_label == "Its provider says that it has closed"
    assert OnwardReferral.objects.get(pk=started.pk).status == "started"
    assert emails(template="listing_reported") == [("public-health@inbox.example", "listing_reported")]


def test_a_signpost_that_says_that_it_has_closed_leaves_the_directory(cast, as_user):
    Service.objects.filter(pk=cast.leaflet.pk).update(email="desk@library.example")
    check_listings(at=MONDAY)
    answer(cast.leaflet, CLOSED)
    cast.leaflet.refresh_from_db()
    assert (cast.leaflet.status, cast.leaflet.reported) == ("inactive", "closed")
    assert as_user(cast.link_worker).get(f"/api/v1/services/{cast.leaflet.pk}/").status_code == 404


def test_an_edit_by_its_provider_or_by_an_editor_is_a_check(cast):
    check_listings(at=MONDAY)
    answer(cast.walking, CHANGED)
    with transaction.atomic():
        note_edit(service=cast.walking, actor=Actor(fresh(cast.editor)), at=weeks(1))
        note_edit(service=cast.visiting, actor=Actor(fresh(cast.befriender)), at=weeks(1))
    for service in (cast.walking, cast.visiting):
        service.refresh_from_db()
    assert (cast.walking.reported, cast.walking.verified_how, cast.walking.verified_by) == (
        "", "editor", "The directory's editor",
    )  # fmt: skip
    assert (cast.visiting.verified_how, cast.visiting.verified_by) == ("provider_edit", "Company Charity")
    # Whoever has brought it up to date is not reminded to look at it.
    assert ListingCheck.objects.get(service=cast.visiting).answer == "still_right"
    check_listings(at=weeks(2))
    assert emails(template="listings_still_to_check") == [(cast.hub.inbox_email, "listings_still_to_check")]


def test_messages_that_came_back_count_until_the_listing_is_checked(cast):
    check_listings(at=MONDAY)
    OutboxMessage.objects.filter(recipient=cast.leisure.inbox_email).update(status="failed", failure="Refused (550).")
    check_listings(at=weeks(1))

    def reached():
        parts = ListingTrust.objects.get(service=cast.walking).parts
        return next(part["points"] for part in parts if part["name"] == "reached")

    assert reached() == 5
    answer(cast.walking, at=weeks(2))
    assert reached() == 10


@pytest.mark.parametrize(
    ("assured_date", "last_modified", "words"),
    [
        (None, dt.datetime(2026, 3, 15, 10, 30, tzinfo=dt.UTC), "Libraries published it on 15 March 2026"),
        (dt.date(2026, 4, 1), dt.datetime(2026, 3, 15, tzinfo=dt.UTC), "Libraries published it on 1 April 2026"),
        # A date of the future says no more than that it was there when we read it.
        (dt.date(2031, 1, 1), None, "Libraries published it on 1 October 2026"),
        (None, None, "Nobody has checked it."),
    ],
)
def test_what_a_feed_says_of_its_own_age_counts(cast, assured_date, last_modified, words):
    read_at = dt.datetime(2026, 10, 1, 9, tzinfo=dt.UTC)
    feed = Feed.objects.create(name="Libraries", source="libraries.json", last_imported_at=read_at)
    Service.objects.filter(pk=cast.leaflet.pk).update(
        feed=feed, assured_date=assured_date, last_modified=last_modified
    )  # fmt: skip
    check_listings(at=MONDAY)
    assert re.match(re.escape(words), ListingTrust.objects.get(service=cast.leaflet).words)


def test_what_was_said_of_a_listing_stays_said(cast):
    check_listings(at=MONDAY)
    said = answer(cast.walking)
    table = Verification._meta.db_table
    armed = f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} ENABLE TRIGGER verification_no_truncate"
    for statement in (
        f"UPDATE {table} SET answer = 'closed'",  # noqa: S608 - a table of ours
        f"DELETE FROM {table}",  # noqa: S608
        f"{armed}; TRUNCATE {table}",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert list(Verification.objects.all()) == [said]


def test_a_listing_has_one_open_check(cast):
    check_listings(at=MONDAY)
    request = CheckRequest.objects.get(checks__service=cast.visiting)
    with pytest.raises(IntegrityError, match="check_open_once_per_listing"), transaction.atomic():
        ListingCheck.objects.create(request=request, service=cast.walking)


def test_editors_are_told_at_each_inbox_once(cast):
    register_user(
        email="second@work.example", full_name="Second Editor", password=None,
        roles=[(cast.editor.memberships.get().team, Role.DIRECTORY_EDITOR)],
    )  # fmt: skip
    check_listings(at=MONDAY)
    answer(cast.walking, CHANGED)
    assert emails(template="listing_reported") == [("public-health@inbox.example", "listing_reported")]


@pytest.mark.parametrize("more", [0, 36])
def test_a_round_costs_the_same_queries_for_four_listings_as_for_forty(more, cast, django_assert_num_queries):
    for number in range(more):
        Service.objects.create(
            organization=cast.walking.organization, name=f"Class {number}", referral_route="referral",
            receiving_team=cast.leisure, capacity="open", first_contact_by="service",
        )  # fmt: skip
    check_listings(at=weeks(-30))
    with django_assert_num_queries(26):
        check_listings(at=MONDAY)
