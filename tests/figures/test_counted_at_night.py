"""Everybody's figures are counted at night: each is what would be counted if it were when asked, whatever happened."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.actors import Actor
from insights import journeys, totals
from insights import waits as waits_of
from insights.counting import count_pathway
from insights.dimensions import DIMENSIONS
from insights.figures import Reader
from insights.journeys import funnel
from insights.periods import Period
from insights.waits import WAITS, responses, waits
from referrals.models import Contact, OnwardReferral, Referral, RetentionProposal
from referrals.services.attendance import record_attendance
from referrals.services.contact_details import record_address
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.merging import merge_people, undo_merge
from referrals.services.record import RecordDetails, write_record
from referrals.services.referrals import take_referral_step
from referrals.services.retention import forget, propose_forgetting
from referrals.services.steps import StepDetails
from tests import stage
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
NOVEMBER = Period(starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 11, 30))
LATER = dt.datetime(2027, 2, 15, 9, tzinfo=dt.UTC)
"""Fifteen weeks after the stage is set."""
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _unrounded(monkeypatch):
    """Every digit is seen, of everybody."""
    for module in (journeys, waits_of):
        monkeypatch.setattr(module, "reader_of", lambda user: Reader(is_rounded=False, teams=None))


def read(user, *, period=NOVEMBER, at=LATER):
    """Every table that is counted at night, by whatever tells apart what is in it."""
    return {
        **{("funnel", by): funnel(user, period=period, by=by, at=at) for by in journeys.BY},
        **{
            (wait, by): waits(user, period=period, wait=wait, by=by)
            for by in waits_of.BY for wait in WAITS if by != "programme" or wait in waits_of.OF_SERVICES
        },
        "waits": waits(user, period=period),
        "responses": responses(user, period=period),
    }  # fmt: skip


def rows_of(tables):
    return {which: table.rows for which, table in tables.items()}


def test_what_is_counted_at_night_is_to_the_digit_what_would_be_counted_when_asked(november, referral_at, onward_at):
    onward_at("expired", service=november.visiting)
    onward_at("sent", service=november.visiting)
    Referral.objects.filter(status="accepted").update(postcode="ZZ99 3VZ")  # lives elsewhere
    before = rows_of(read(november.manager))
    counted = count_pathway(at=LATER)
    after = read(november.manager)
    assert rows_of(after) == before
    assert {table.counted_at for table in after.values()} == {LATER}
    assert before["funnel", "total"][0].values["referred"] == 12
    assert [row.name for row in before["triage", "neighbourhood"]] == ["All", "=Vale", "Elsewhere, or not known"]

    # What happens by day is told tomorrow; a count that comes again, or comes late, makes the same of it.
    referral_at("submitted")
    assert read(november.manager)["funnel", "total"].rows == before["funnel", "total"]
    tomorrow = LATER + dt.timedelta(days=1)
    assert count_pathway(at=tomorrow) == counted | {"referrals": counted["referrals"] + 1}
    told_then = read(november.manager)["funnel", "total"]
    assert (told_then.rows[0].values["referred"], told_then.counted_at) == (13, tomorrow)


def test_so_it_is_after_whatever_happens_later(november, referral_at, onward_at, monkeypatch):
    """Corrections, a merge and its undoing, what was entered in error, what comes late, and what is forgotten."""
    lead, lou, pat = (Actor(stage.fresh(user)) for user in (november.lead, november.link_worker, november.provider))
    everything = Period(starts_on=dt.date(2023, 4, 1), ends_on=dt.date(2027, 3, 31))
    june = Period(starts_on=dt.date(2026, 6, 1), ends_on=dt.date(2026, 6, 30))

    def counted(at):
        """What the night counts is what is counted when asked."""
        count_pathway(at=at)
        by_night = rows_of(read(november.manager, period=everything, at=at))
        with monkeypatch.context() as asked:
            asked.setattr(totals, "counted_at", lambda: None)
            assert by_night == rows_of(read(november.manager, period=everything, at=at))
        return by_night

    # In the summer a day begins at eleven in the evening by the clock of the servers: this one is of July.
    midnight = stage.created(november, at=dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC))
    stage.created(november, at=dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC))
    # More than three years until somebody spoke with them; and spoken with before they came out of hospital.
    forgotten = stage.created(november, at=dt.datetime(2023, 5, 2, 9, tzinfo=dt.UTC))
    for row, at in ((forgotten, NOW), (referral_at("deferred"), NOW + DAY), (midnight, NOW + 2 * DAY)):
        log_contact(referral=row, actor=lou, at=at, given=ContactDetails(mechanism="02", outcome="spoke"))
    rosie = stage.created(november, at=NOW, person=replace(stage.ROSE, first_name="Rosie", nhs_number="", is_new=True))
    begun = counted(LATER)
    in_june = funnel(november.manager, period=june, at=LATER)
    assert [rows[0].values["referred"] for rows in (begun["funnel", "total"], in_june.rows)] == [15, 1]

    # The home, the day of birth, the gender, what came of a call: corrected. A session is written down late.
    accepted = Referral.objects.get(status="accepted")
    record_address(referral=accepted, actor=lou, at=LATER, kind="home", address="2 Far Road", postcode="ZZ99 3VZ")
    ends = Referral.objects.get(status="active", onward_referrals=None)
    write_record(referral=ends, actor=lou, at=LATER, details=RecordDetails(gender="2", ethnic_category="A"))
    Referral.objects.filter(status="active").update(date_of_birth=dt.date(1990, 2, 1))
    wrong = Contact.objects.filter(referral=accepted).get()
    log_contact(
        referral=accepted, actor=lou, at=LATER,
        given=ContactDetails(mechanism="02", outcome="no_answer", occurred_at=wrong.occurred_at, replaces=wrong.pk),
    )  # fmt: skip
    started = OnwardReferral.objects.get(status="started")
    record_attendance(onward=started, actor=pat, at=LATER, session_on=NOW.date() + DAY, result="present")
    in_error = Referral.objects.filter(status="submitted", owner_team=november.team).latest("id")
    take_referral_step(
        referral=in_error, step="enter_in_error", actor=lead, at=LATER, details=StepDetails(reason="duplicate")
    )
    corrected = counted(LATER)
    assert not [by for by in DIMENSIONS if begun["funnel", by] == corrected["funnel", by]]

    # Two people are found to be one, and then not to be: of referrals there are as many.
    merge = merge_people(kept=accepted.person, merged=rosie.person, actor=lead, at=LATER, note="One telephone.")
    count_pathway(at=LATER)
    assert rows_of(read(november.manager, period=everything)) == corrected
    undo_merge(merge=merge, actor=lead, at=LATER, note="Cousins.")

    # Years later who has ended is forgotten: how many there were stays, where they lived is not known any more.
    take_referral_step(
        referral=ends, step="close", actor=lou, at=LATER, details=StepDetails(outcome="goals_met")
    )  # fmt: skip
    years_on = LATER + dt.timedelta(days=3000)
    propose_forgetting(at=years_on)
    forget(proposal=RetentionProposal.objects.get(referral=ends), actor=lead, at=years_on)
    at_last = counted(years_on)
    assert at_last["funnel", "total"] == corrected["funnel", "total"]
    named = [[row.name for row in tables["funnel", "gender"]] for tables in (corrected, at_last)]
    assert named == [["All", "Female", "Not known"], ["All", "Not known"]]
