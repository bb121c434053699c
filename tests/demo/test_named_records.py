"""What the record of each named person says is what their story says: contacts, plan, measures, risks, safeguarding."""

import datetime as dt
from collections import Counter

from django.core import mail
from django.test import TestCase
from rest_framework.test import APIClient

from accounts.models import User
from core.clocks import LONDON, is_working_day
from demo.logins import GP, LEAD, LINK_WORKER, SAFEGUARDING
from demo.named_people import NAMED_PEOPLE
from demo.named_work import WORK
from demo.seeding import seed
from notifications.models import OutboxMessage
from referrals.dapb4066.conformance import check, conforms
from referrals.dapb4066.document import document_for
from referrals.models import (
    Contact,
    MeasureInUse,
    MeasureResponse,
    PlanVersion,
    Referral,
    ReferralEvent,
    SafeguardingConcern,
    SafeguardingRead,
)
from services_directory.models import Service

NOW = dt.datetime(2026, 11, 2, 9, tzinfo=LONDON)


def of(first: str, family: str) -> Referral:
    person = next(each for each in NAMED_PEOPLE if each.name == (first, family))
    found: Referral = Referral.objects.filter(person__nhs_number=person.nhs_number).latest("id")
    return found


def signed_in(email: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.get(email=email))
    return client


def contacts(referral: Referral) -> list[tuple[str, str, str]]:
    rows = referral.contacts.order_by("occurred_at", "id")
    return list(rows.values_list("with_whom", "mechanism", "outcome"))


def scores(referral: Referral, measure: str) -> list[tuple[int | None, list[object]]]:
    rows = referral.measures.filter(measure=measure).order_by("taken_on", "recorded_at")
    return [(row.point, [score["value"] if score["value"] is not None else score["band"] for score in row.scores])
            for row in rows]  # fmt: skip


def goals(referral: Referral) -> list[tuple[str, str]]:
    plan = referral.plan_versions.latest("number").document
    return [(goal["in_own_words"], goal["status"]) for need in plan["needs"] for goal in need["goals"]]


def entries(referral: Referral) -> dict[str, str]:
    version = referral.record_versions.latest("number")
    return {entry.section: entry.text or entry.display for entry in version.entries.all()}


class NamedRecordsTest(TestCase):
    """The named people alone, on a Monday morning in November."""

    @classmethod
    def setUpTestData(cls):
        seed(seed=7, now=NOW, size=0)

    # --- One by one -----------------------------------------------------------------------------------------------

    def test_edith_hargreaves_reads_large_print_and_nobody_has_worked_on_it(self):
        edith = of("Edith", "Hargreaves")
        assert entries(edith) == {
            "accessible_information": "Large print: reads 18 point and larger.",
            "important_people": "Her neighbour Jean, who moved to Marple in the spring.",
            "household": "Lives alone.",
        }
        assert (contacts(edith), edith.plan_versions.count(), edith.measures.count()) == ([], 0, 0)

    def test_nobody_has_rung_gerald_unsworth(self):
        gerald = of("Gerald", "Unsworth")
        assert (contacts(gerald), gerald.plan_versions.count(), gerald.measures.count()) == ([], 0, 0)
        assert gerald in Referral.objects.overdue(on=NOW.date())

    def test_shazia_mahmood_was_tried_twice_in_vain_before_the_question(self):
        shazia = of("Shazia", "Mahmood")
        assert contacts(shazia) == [("person", "02", "no_answer")] * 2
        asked = shazia.events.get(kind="request_information")
        assert "Two tries in vain" in asked.note
        assert shazia.contacts.filter(occurred_at__lt=asked.occurred_at).count() == 2

    def test_desmond_clarke_was_introduced_to_whom_he_was_sent_and_measured_when_he_began(self):
        desmond = of("Desmond", "Clarke")
        [handover] = desmond.contacts.filter(is_warm_handover=True)
        assert handover.onward_referral is not None
        assert (handover.with_whom, handover.onward_referral.status) == ("provider", "started")
        assert goals(desmond) == [("I'd get up for it if somebody was waiting for me.", "in_progress")]
        assert scores(desmond, "ons4") == [(0, [4.0, 3.0, 4.0, 6.0])]
        [taken] = desmond.measures.filter(measure="ipaq_short")
        assert (taken.onward_referral, taken.scores[-1]["band"]) == (handover.onward_referral, "low")

    def test_mei_leung_needs_an_interpreter_and_was_told_of_a_lunch_club(self):
        mei = of("Mei", "Leung")
        assert entries(mei)["accessible_information"] == (
            "Speaks Cantonese: book an interpreter, also for the telephone."
        )
        assert goals(mei) == [("Somebody to drink tea with, who lets me finish a sentence.", "in_progress")]
        assert scores(mei, "ucla3") == [(0, [8.0, "often_or_always"])]
        assert [each.name for each in mei.signposts.all()] == ["Cantonese lunch club (demonstration)"]

    def test_wayne_birtles_was_reached_at_the_second_try_and_something_nearer_is_looked_for(self):
        wayne = of("Wayne", "Birtles")
        assert contacts(wayne) == [("person", "02", "no_answer"), ("person", "01", "spoke"), ("person", "02", "spoke")]
        assert goals(wayne) == [("Make something with my hands and not have to talk.", "in_progress")]
        assert [(task.title, task.done_at) for task in wayne.tasks.all()] == [
            ("Look for a group on one bus line", None)
        ]

    def test_bernadette_doyle_reached_her_goal_and_each_score_is_better(self):
        bernadette = of("Bernadette", "Doyle")
        assert bernadette.plan_versions.count() == 2
        assert goals(bernadette) == [
            ("I want earth under my nails again, and somebody to have a brew with.", "achieved")
        ]
        assert scores(bernadette, "ons4") == [(0, [4.0, 5.0, 3.0, 7.0]), (12, [7.0, 8.0, 7.0, 3.0])]
        assert scores(bernadette, "ucla3") == [(0, [8.0, "often_or_always"]), (12, [4.0, "hardly_ever"])]
        # Before: 4 * 30 + 3.3 * 3 * 20 MET-minutes a week; after: 4 * 4 * 60 + 3.3 * 5 * 30.
        ipaq = scores(bernadette, "ipaq_short")
        assert [(point, values[3:]) for point, values in ipaq] == [(0, [318.0, "low"]), (12, [1455.0, "moderate"])]

    def test_ronald_swindells_hears_badly_and_a_concern_is_read_by_the_safeguarding_lead_alone(self):
        ronald = of("Ronald", "Swindells")
        assert set(entries(ronald)) == {"accessible_information", "mobility", "access"}
        [risk] = ronald.risks.all()
        assert risk.description == "Walks with a frame: please offer an arm on steps."
        [concern] = SafeguardingConcern.objects.all()
        assert (concern.referral, concern.recorded_by, concern.ended_on) == (ronald, ronald.referrer, None)
        assert [read.reader.email for read in SafeguardingRead.objects.all()] == [SAFEGUARDING.email]

        url = f"/api/v1/referrals/{ronald.reference}/safeguarding/"
        answer = signed_in(SAFEGUARDING.email).get(url)
        assert (answer.status_code, "bank card" in str(answer.json())) == (200, True)
        assert SafeguardingRead.objects.count() == 2
        for email in (LEAD.email, LINK_WORKER.email, ronald.referrer.email):
            assert signed_in(email).get(url).status_code == 403
        assert "bank card" not in str(list(ReferralEvent.objects.values("note", "details")))
        assert "bank card" not in str(list(OutboxMessage.objects.values()))

    def test_harpreet_kaurs_record_went_along_when_she_was_redirected(self):
        harpreet = of("Harpreet", "Kaur")
        assert entries(harpreet)["carer_status"] == "Carer"
        assert [(way, outcome) for _, way, outcome in contacts(harpreet)] == [("02", "spoke")]
        [risk] = harpreet.risks.filter(is_none_known=False)
        assert "Ring before two" in risk.description

    def test_kathleen_ashworth_is_still_spoken_with_after_she_withdrew_her_consent(self):
        kathleen = of("Kathleen", "Ashworth")
        withdrawn = kathleen.consents.latest("id")
        assert withdrawn.decision == "withdrawn"
        assert kathleen.contacts.filter(occurred_at__gt=withdrawn.recorded_at).count() == 1
        assert scores(kathleen, "ucla3") == [(0, [7.0, "some_of_the_time"])]

    def test_tariq_hussain_has_a_plan_before_he_is_sent(self):
        tariq = of("Tariq", "Hussain")
        assert goals(tariq) == [("Swim a length without stopping, like when I was twelve.", "in_progress")]
        assert tariq.plan_versions.get().recorded_at < tariq.onward_referrals.get().events.earliest("id").occurred_at

    def test_adaeze_okonkwo_is_measured_by_the_scheme_at_the_start_and_in_between(self):
        adaeze = of("Adaeze", "Okonkwo")
        scheme = adaeze.onward_referrals.get()
        assert goals(adaeze) == [("Dance the whole evening at my niece's wedding.", "in_progress")]
        assert {row.onward_referral for row in adaeze.measures.all()} == {scheme}
        assert [(point, values[-1]) for point, values in scores(adaeze, "ipaq_short")] == [
            (0, "low"), (None, "moderate"),
        ]  # fmt: skip
        assert scores(adaeze, "ons4") == [(0, [6.0, 7.0, 6.0, 3.0])]
        due = signed_in("hub@demo.example").get(f"/api/v1/onward-referrals/{scheme.reference}/measures/due/").json()
        assert {(each["measure"], each["point"]) for each in due["due"]} >= {("ipaq_short", 13), ("ons4", 13)}

    # --- All of them ----------------------------------------------------------------------------------------------

    def test_whoever_is_supported_has_a_plan_in_their_own_words_and_was_spoken_with(self):
        for person in NAMED_PEOPLE:
            referral = of(*person.name)
            with self.subTest(person.why):
                is_supported = referral.events.filter(kind="start_support").exists()
                assert referral.plan_versions.exists() is is_supported
                assert not is_supported or referral.contacts.filter(outcome="spoke", with_whom="person").exists()

    def test_nothing_that_is_told_is_lost(self):
        told = Counter(act.what for acts in WORK.values() for act in acts)
        counted = {
            "contact": Contact.objects.count(),
            "plan": PlanVersion.objects.count(),
            "measure": MeasureResponse.objects.count(),
            "concern": SafeguardingConcern.objects.count(),
        }
        assert {what: told[what] for what in counted} == counted
        assert min(counted.values()) > 0

    def test_the_record_of_each_conforms_to_the_standard(self):
        for person in NAMED_PEOPLE:
            with self.subTest(person.why):
                referral = of(*person.name)
                found = check(document_for(referral.referrer, referral.reference, on=NOW.date()))
                assert conforms(found), [str(each) for each in found if each.is_error]

    def test_the_message_back_of_who_has_finished_shows_the_scores_before_and_after(self):
        bernadette = of("Bernadette", "Doyle")
        client = signed_in(GP.email)
        listed = client.get(f"/api/v1/referrals/{bernadette.reference}/messages-back/").json()["results"]
        document = client.get(listed[0]["url"]).json()
        assert document["kind"] == "closing"
        assert document["plan"]["no_action_needed"] is True
        shown = {each["measure"]: each for each in document["clinical_summary"]["scores"]}
        assert {name.partition(":")[0] for name in shown} == {
            "ONS4", "UCLA-3 with the direct question", "IPAQ, short form",
        }  # fmt: skip
        satisfied = shown["ONS4: Life satisfaction"]
        assert (satisfied["first"], satisfied["latest"], satisfied["meaning"]) == (
            "4 (low)", "7 (high)", "3 higher: better",
        )  # fmt: skip
        assert all(each["meaning"] for each in shown.values())
        assert ("I want earth under my nails again, and somebody to have a brew with.") in str(document["goals"])

    def test_the_teams_and_the_scheme_have_chosen_what_they_measure(self):
        assert MeasureInUse.objects.filter(service=None).values("team").distinct().count() == 3
        scheme = Service.objects.get(measures_in_use__measure="ipaq_short")
        assert sorted(scheme.measures_in_use.values_list("measure", flat=True)) == ["ipaq_short", "ons4"]

    def test_a_retold_history_sends_nothing_and_happens_in_working_hours(self):
        assert [each for each in OutboxMessage.objects.all() if each.status != "sent"] == []
        assert mail.outbox == []
        for model, field in ((Contact, "occurred_at"), (MeasureResponse, "recorded_at"), (PlanVersion, "recorded_at")):
            moments = [at.astimezone(LONDON) for at in model.objects.values_list(field, flat=True)]
            assert [at for at in moments if not (is_working_day(at.date()) and 8 <= at.hour < 18 and at < NOW)] == []
