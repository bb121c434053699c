"""What the demonstration's year holds: made once for all of these tests, through the services."""

import csv
import datetime as dt
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest
from django.core import mail
from django.test import TestCase

from accounts.models import Organization, User
from core.clocks import LONDON, is_working_day
from core.identifiers import clean_nhs_number
from demo.named_people import NAMED_PEOPLE
from demo.programmes import PROGRAMMES, SCHEME, service_id, services_by_key
from demo.seeding import Seeded, seed
from insights.models import UptakeCount
from notifications.models import OutboxMessage
from referrals.enums import OnwardStatus, ReferralStatus
from referrals.models import (
    Attendance,
    FollowUp,
    FollowUpClock,
    MeasureResponse,
    OnwardReferral,
    Person,
    Referral,
    ReferralEvent,
)
from referrals.services.events import text_to_hash
from referrals.services.places import miscounted_services
from services_directory.models import Service

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=LONDON)
PRACTICES = Path(__file__).resolve().parents[3] / "shared" / "data" / "gp_practices_stockport.csv"
OFCOM_DRAMA = re.compile(r"0161 496 0\d{3}|07700 900\d{3}")


class TheYearTest(TestCase):
    """A year of forty-four referrals, until a Monday morning in November."""

    made: Seeded

    @classmethod
    def setUpTestData(cls):
        cls.made = seed(seed=7, now=NOW, size=44)

    def test_it_is_as_large_as_was_asked(self):
        redirected = Referral.objects.filter(status="redirected").count()
        assert self.made.referrals == Referral.objects.count() == 44 + redirected
        assert self.made.offers == OnwardReferral.objects.count() > 25

    def test_nhs_numbers_are_of_the_range_that_is_never_issued(self):
        numbers = list(Person.objects.exclude(nhs_number="").values_list("nhs_number", flat=True))
        assert len(numbers) > 30
        assert [number for number in numbers if not number.startswith("999")] == []
        assert [clean_nhs_number(number) for number in numbers] == numbers

    def test_it_is_asked_what_lasted_and_never_beside_the_real_schemes_name(self):
        asked = FollowUp.objects.filter(recorded_by__isnull=False)
        assert "reached" in asked.values_list("result", flat=True)
        assert not FollowUp.objects.filter(onward_referral__service_id=service_id(SCHEME.key)).exists()
        assert not FollowUpClock.objects.filter(onward_referral__service_id=service_id(SCHEME.key)).exists()

    def test_telephones_are_of_the_ranges_kept_for_drama(self):
        numbers = Referral.objects.values_list("telephone", flat=True)
        assert [number for number in numbers if not OFCOM_DRAMA.fullmatch(number)] == []

    def test_every_address_is_in_stockport(self):
        postcodes = Referral.objects.values_list("postcode", flat=True)
        assert [postcode for postcode in postcodes if not re.match(r"SK[1-8] ", postcode)] == []

    def test_every_person_and_employee_is_of_a_made_up_organization(self):
        assert [code for code in Referral.objects.values_list("gp_practice_code", flat=True) if code[:2] != "Z9"] == []
        real_sounding = Organization.objects.exclude(name__endswith="(demonstration)")
        assert [each.name for each in real_sounding] == ["Stepping Hill Hospital"]
        (coordinator,) = User.objects.filter(memberships__team__organization__name="Stepping Hill Hospital")
        assert coordinator.full_name == "Discharge coordinator"

    def test_no_real_practice_is_named(self):
        if not PRACTICES.exists():
            pytest.skip("the list of real practices is not on this machine")
        with PRACTICES.open() as file:
            real = {row["name"].split(" - ")[0] for row in csv.DictReader(file)}
        ours = {name.removesuffix(" (demonstration)") for name in Organization.objects.values_list("name", flat=True)}
        assert ours & real == set()

    def test_nobody_is_sent_to_what_a_real_organization_runs_but_for_the_scheme(self):
        offers = OnwardReferral.objects.exclude(service__organization__name__endswith="(demonstration)")
        assert set(offers.values_list("service_id", flat=True)) <= {service_id(SCHEME.key)}
        assert not offers.filter(status__in=["declined", "expired"]).exists()

    def test_nothing_happens_after_the_present(self):
        assert not ReferralEvent.objects.filter(occurred_at__gt=NOW).exists()
        assert not Attendance.objects.filter(recorded_at__gt=NOW).exists()

    def test_the_rows_are_in_the_order_of_what_happened(self):
        moments = list(ReferralEvent.objects.order_by("id").values_list("occurred_at", flat=True))
        assert moments == sorted(moments)

    def test_people_work_in_working_hours(self):
        acts = ReferralEvent.objects.exclude(actor=None).values_list("occurred_at", flat=True)
        local = [at.astimezone(LONDON) for at in acts]
        assert [at for at in local if not (is_working_day(at.date()) and 8 <= at.hour < 18)] == []

    def test_every_open_referral_has_an_owning_team_and_a_next_action(self):
        sent = Referral.objects.filter(status__in=ReferralStatus.SENT)
        assert sent.exists()
        assert not sent.filter(next_action_on=None).exists()
        assert not sent.filter(owner_team=None).exists()
        taken_on = sent.filter(status__in=["accepted", "active", "on_hold"])
        assert not taken_on.filter(owner=None).exists()

    def test_every_chain_is_whole(self):
        for referral in Referral.objects.prefetch_related("events__onward_referral"):
            last = ""
            events = sorted(referral.events.all(), key=lambda event: event.sequence)
            for sequence, event in enumerate(events, start=1):
                assert (event.sequence, event.previous_hash) == (sequence, last)
                assert event.hashed_text == text_to_hash(event)
                last = event.hash
                assert last == hashlib.sha256(event.hashed_text.encode()).hexdigest()
            assert (referral.version, referral.chain_hash) == (len(events), last)

    def test_every_end_that_needs_a_reason_or_an_outcome_has_it(self):
        needs_reason = ["rejected", "redirected", "withdrawn", "declined", "not_started", "left_early", "on_hold"]
        assert not ReferralEvent.objects.filter(to_status__in=needs_reason, reason="").exists()
        assert not ReferralEvent.objects.filter(to_status__in=["closed", "completed"], outcome="").exists()

    def test_every_message_was_delivered_at_the_time_and_none_goes_out_now(self):
        messages = OutboxMessage.objects.all()
        assert messages.count() > 100
        assert [each for each in messages if each.status != "sent" or each.sent_at != each.occurred_at] == []
        assert mail.outbox == []

    def test_attendance_is_only_of_those_who_started(self):
        started = ReferralEvent.objects.filter(kind="start").values("onward_referral")
        assert Attendance.objects.exists()
        assert not Attendance.objects.exclude(onward_referral__in=started).exists()

    def test_there_is_work_to_do_and_work_done(self):
        standing = Counter(Referral.objects.values_list("status", flat=True))
        assert standing["closed"] > standing["rejected"]
        assert {"submitted", "accepted", "active", "information_requested", "deferred", "redirected"} <= set(standing)
        offers = Counter(OnwardReferral.objects.values_list("status", flat=True))
        assert {"sent", "waitlisted", "started", "completed", "not_started", "declined"} <= set(offers)
        assert Referral.objects.overdue(on=NOW.date()).exists()

    def test_no_provider_is_later_with_its_answer_than_the_clock_allows(self):
        assert not OnwardReferral.objects.unanswered(on=NOW.date()).exists()

    def test_every_place_is_counted_and_nobody_is_accepted_beyond_them(self):
        assert miscounted_services() == []
        counted = Service.objects.filter(places__isnull=False, onward_referrals__isnull=False).distinct()
        assert counted.exists()
        assert [service.name for service in counted if service.places_taken > service.places] == []

    def test_those_who_count_their_places_keep_a_list_and_no_named_person_needs_a_place_there(self):
        counted = Service.objects.filter(places__isnull=False)
        assert not counted.filter(keeps_waiting_list=False).exists()
        accepted = {act.what.split(":")[0] for told in NAMED_PEOPLE for act in told.acts if ": accept" in act.what}
        assert accepted
        assert not counted.filter(pk__in=[service_id(key) for key in accepted]).exists()

    def test_the_made_up_providers_have_lately_confirmed_their_capacity(self):
        confirmed = {each.key: services_by_key()[each.key].capacity_confirmed_at for each in PROGRAMMES}
        assert [key for key, at in confirmed.items() if at is None or not NOW - dt.timedelta(days=45) < at < NOW] == []

    def test_a_share_of_the_year_is_logged_and_measured_too(self):
        named = {told.nhs_number for told in NAMED_PEOPLE}
        others = Referral.objects.exclude(person__nhs_number__in=named)
        assert others.filter(contacts__outcome="spoke").exists()
        unreached = others.filter(outcome="unable_to_contact")
        for referral in unreached:
            assert (referral.contacts.count(), referral.failed_tries) == (3, 3)
            assert referral.asks_to_close_at is not None
        measured = MeasureResponse.objects.filter(referral__in=others)
        assert {row.measure for row in measured} == {"ons4"}
        # Nobody's scores are made up beside a real scheme's name.
        assert not measured.filter(onward_referral__service_id=service_id(SCHEME.key)).exists()
        assert not measured.filter(onward_referral=None).exists()

    def test_the_figures_are_counted(self):
        counted = UptakeCount.objects.all()
        assert (
            sum(row.referred for row in counted)
            == OnwardReferral.objects.exclude(referral__status="entered_in_error").count()
        )
        assert {row.counted_at for row in counted} == {NOW}

    def test_each_named_person_stands_where_the_story_says(self):
        for told in NAMED_PEOPLE:
            with self.subTest(told.why):
                person = Person.objects.get(nhs_number=told.nhs_number)
                assert ((person.first_name, person.family_name), person.date_of_birth) == (told.name, told.born)
                referral = person.referrals.latest("id")
                assert referral.status == told.stands
                offers = referral.onward_referrals.order_by("id").values_list("service_id", "status")
                assert list(offers) == [(service_id(key), status) for key, status in told.offers]

    def test_the_named_people_are_what_they_are_called(self):
        def of(family_name: str) -> Referral:
            named = Referral.objects.filter(person__family_name=family_name, person__nhs_number__startswith="999000")
            found: Referral = named.latest("id")
            return found

        assert of("Unsworth") in Referral.objects.overdue(on=NOW.date())
        assert of("Hargreaves") not in Referral.objects.overdue(on=NOW.date())
        garden, together = of("Clarke").onward_referrals.order_by("id")
        assert together.rerouted_from == garden
        assert (garden.status, together.status) == (OnwardStatus.DECLINED, OnwardStatus.STARTED)
        assert Referral.objects.get(redirected_to=of("Kaur")).status == ReferralStatus.REDIRECTED
        assert of("Ashworth").consents.latest("id").decision == "withdrawn"
        assert of("Swindells").referring_team.organization.name == "Stepping Hill Hospital"
        assert of("Doyle").outcome == "goals_met"
        assert of("Doyle").onward_referrals.get().attendances.count() == 12
        assert of("Mahmood").referrer.email == "gp@demo.example"
