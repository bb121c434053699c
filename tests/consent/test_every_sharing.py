"""Every way in which something about a person leaves for somebody else, with everything that the person can have said.

The table is written by hand. A way that is not in it fails `test_the_table_has_every_way`; a new call that sends
without asking fails `test_nothing_shares_unasked.py`.
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from accounts.actors import Actor
from notifications.models import OutboxMessage
from referrals import consents, policies
from referrals.models import Consent, OnwardReferral, Referral, ReferralEvent
from referrals.policies import TAKES_UP
from referrals.services.consent import ConsentDetails, record_consent
from referrals.services.onward import TELLS_MORE
from services_directory.models import Service
from tests import stage

TODAY = dt.date(2026, 11, 3)
YESTERDAY = dt.date(2026, 11, 2)

TABLE = """
                        nothing yes  refused withdrawn ran_out another best_interests not_them only_them held_back
send_onward             no      yes  no      no        no      no      yes            no       yes       yes
reroute                 -       yes  no      no        no      no      yes            no       yes       yes
refer_to_a_scheme       no      yes  no      no        -       no      yes            no       yes       yes
send_a_draft_to_scheme  no      yes  no      no        no      no      yes            no       yes       yes
come_home_to_a_scheme   no      yes  no      no        no      no      yes            no       yes       yes
accept                  -       yes  no      no        no      no      yes            no       yes       yes
accept_from_the_list    -       yes  no      no        no      no      yes            no       yes       yes
waitlist                -       yes  no      no        no      no      yes            no       yes       yes
book_assessment         -       yes  no      no        no      no      yes            no       yes       yes
send_pack               -       yes  no      no        no      no      yes            no       yes       yes
start                   -       yes  no      no        no      no      yes            no       yes       yes
answer_the_provider     -       yes  no      no        no      no      yes            no       yes       yes
read_the_record         -       yes  no      no        no      no      yes            no       yes       yes
read_the_list           -       yes  no      no        no      no      yes            no       yes       yes
read_the_notes          -       yes  no      no        no      no      yes            no       yes       yes
read_the_page           -       yes  no      no        no      no      yes            no       yes       yes
read_the_home_page      -       yes  no      no        no      no      yes            no       yes       yes
read_after_the_end      -       yes  no      no        no      no      yes            no       yes       yes
refer_to_a_team         yes     yes  yes     yes       yes     yes     yes            yes      yes       yes
redirect_to_a_team      yes     yes  yes     yes       yes     yes     yes            yes      yes       yes
message_the_practice    no      no   no      no        no      no      no             no       no        no
message_in_full         yes     yes  yes     yes       yes     yes     yes            yes      yes       no
contact_by_research     no      no   no      no        no      no      no             no       no        no
"""
"""`-`: cannot be, because nothing is with a provider to whom nobody ever agreed, and no form takes an agreement that is
over already. What is referred or redirected to a
team of link workers is direct care, whatever organisation the team is of: nobody is asked (docs/consent.md)."""

_HEAD, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    (way, said, answer) for way, *answers in _ROWS for said, answer in zip(_HEAD, answers, strict=True) if answer != "-"
]


def what_was_said(said, *, service, elsewhere):
    """The decisions of a column, one after the other. `service` is where the person would go."""
    yes = {"decision": "given", "decided_on": YESTERDAY}
    taken_back = {"decision": "withdrawn", "decided_on": YESTERDAY}
    said_how: dict[str, list[dict[str, Any]]] = {
        "nothing": [],
        "yes": [yes],
        "refused": [{"decision": "refused"}],
        "withdrawn": [taken_back],
        "ran_out": [yes | {"expires_on": YESTERDAY}],
        "another": [taken_back, yes | {"to_service_id": elsewhere.pk}],
        "best_interests": [yes | {"basis": "best_interests", "note": "Cannot decide it now; it keeps him well."}],
        "not_them": [yes, {"decision": "refused", "to_service_id": service.pk}],
        "only_them": [taken_back, yes | {"to_service_id": service.pk}],
        "held_back": [yes, {"decision": "withdrawn", "purpose": "full_message_back"}],
    }
    return [ConsentDetails(**each) for each in said_how[said]]


class Town:
    """The stage, and what each way does on it. A way returns whether something went over, and checks the refusal."""

    def __init__(self, cast, said, as_user, now, tomorrow):
        self.cast, self.said, self.as_user, self.now, self.tomorrow = cast, said, as_user, now, tomorrow

    # --- helpers ---

    def decisions(self, service):
        return what_was_said(self.said, service=service, elsewhere=self.cast.visiting)

    def says(self, referral, service):
        """The person says it, after the referral and its offer stand as they do."""
        at = self.now + dt.timedelta(hours=12)
        for each in self.decisions(service):
            said = vars(each) | {"decided_on": min(each.decided_on or TODAY, YESTERDAY)}
            record_consent(referral=referral, actor=Actor(stage.fresh(self.cast.link_worker)), at=at, **said)

    def everything(self):
        return (
            list(Referral.objects.order_by("id").values()),
            list(OnwardReferral.objects.order_by("id").values()),
            ReferralEvent.objects.count(), OutboxMessage.objects.count(), Consent.objects.count(),
        )  # fmt: skip

    def post(self, who, path, body=None):
        """Ask. A refusal is the one refusal there is, and has changed and sent nothing."""
        before = self.everything()
        answer = self.as_user(who).post(f"/api/v1/{path}", body or {})
        if answer.status_code in {200, 201}:
            return True
        assert (answer.status_code, answer.json()["code"]) == (409, "consent_required")
        assert self.everything() == before
        return False

    def fresh(self):
        """An active referral, of which the person has said what the column says and nothing else."""
        referral = stage.referral_at(self.cast, "active", at=self.now, consent=None)
        self.says(referral, self.cast.walking)
        return referral

    def offered(self, status):
        """An onward referral to the walking group, made while the person agreed; then they say something else."""
        onward = stage.onward_at(self.cast, status, at=self.now)
        self.says(onward.referral, self.cast.walking)
        return onward

    def step(self, status, name, who=None, **body):
        onward = self.offered(status)
        return self.post(who or self.cast.provider, f"onward-referrals/{onward.reference}/{name}/", body)

    def read(self, onward, answer, words="Okafor"):
        """Whether the provider reads it; the link worker always does, so it is there to be read."""
        assert answer.status_code == 200
        own = self.as_user(self.cast.link_worker).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
        assert (own["person"]["family_name"], own["handover_note"]) == ("Okafor", "Prefers mornings.")
        text = answer.content.decode().casefold()
        others = ("Rose", "0161 496 0111", "Prefers mornings.", "No known risks")
        if words.casefold() not in text:
            assert [word for word in others if word.casefold() in text] == []
            return False
        return True

    def browser(self):
        browser = Client()
        browser.force_login(stage.fresh(self.cast.provider))
        return browser

    # --- sending ---

    def send_onward(self):
        body = {"service": str(self.cast.walking.pk)}
        return self.post(self.cast.link_worker, f"referrals/{self.fresh().reference}/onward-referrals/", body)

    def reroute(self):
        declined = stage.onward_at(self.cast, "declined", at=self.now, service=self.cast.walking)
        # To the scheme instead of the walking group.
        self.says(declined.referral, self.cast.scheme)
        body = {"service": str(self.cast.scheme.pk), "rerouted_from": declined.reference}
        return self.post(self.cast.link_worker, f"referrals/{declined.referral.reference}/onward-referrals/", body)

    def scheme_form(self, **more):
        decisions = [
            {
                "decision": each.decision, "purpose": each.purpose, "basis": each.basis, "note": each.note,
                "to_service": str(each.to_service_id) if each.to_service_id else None,
            }
            for each in self.decisions(self.cast.scheme)
        ]  # fmt: skip
        if self.said == "ran_out":
            decisions[0] |= {"decided_on": "2026-11-02", "expires_on": "2026-11-03"}
        return {
            "person": {"first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                       "gp_practice_code": "Z90001"},
            "service": str(self.cast.scheme.pk), "reason": "Wants to be stronger.", "no_known_risks": True,
            "consents": decisions,
        } | more  # fmt: skip

    def refer_to_a_scheme(self):
        went = self.post(self.cast.gp, "referrals/", self.scheme_form())
        assert OnwardReferral.objects.count() == went
        return went

    def send_a_draft_to_scheme(self):
        made = self.as_user(self.cast.gp).post("/api/v1/referrals/", self.scheme_form(draft=True))
        assert made.status_code == 201, made.content
        self.tomorrow()
        went = self.post(self.cast.gp, f"referrals/{made.json()['reference']}/submit/")
        assert OnwardReferral.objects.count() == went
        return went

    def come_home_to_a_scheme(self):
        form = self.scheme_form(discharge={"planned_on": "2026-11-04"})
        made = self.as_user(self.cast.gp).post("/api/v1/referrals/", form)
        assert (made.status_code, made.json()["status"]) == (201, "deferred")
        self.tomorrow()
        path = f"referrals/{made.json()['reference']}/confirm-discharge/"
        # Who comes home is with the hub as a referral, which is direct care; but nothing is sent to the service.
        assert self.post(self.cast.gp, path, {"discharged_on": "2026-11-04"}) is True
        return OnwardReferral.objects.count() == 1

    # --- taking up, and being told more ---

    def accept(self):
        return self.step("sent", "accept")

    def accept_from_the_list(self):
        return self.step("waitlisted", "accept")

    def waitlist(self):
        return self.step("sent", "waitlist")

    def book_assessment(self):
        return self.step("accepted", "book-assessment", assessment_at="2026-11-20T10:00:00Z")

    def start(self):
        return self.step("assessment_booked", "start")

    def send_pack(self):
        Service.objects.filter(pk=self.cast.walking.pk).update(delivery="posted")
        return self.step("accepted", "send-pack")

    def answer_the_provider(self):
        return self.step("information_requested", "provide-information", self.cast.link_worker, note="Mondays.")

    # --- reading ---

    def read_the_record(self):
        onward = self.offered("started")
        return self.read(onward, self.as_user(self.cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/"))

    def read_the_list(self):
        onward = self.offered("started")
        return self.read(onward, self.as_user(self.cast.provider).get("/api/v1/onward-referrals/"))

    def read_the_notes(self):
        onward = self.offered("information_requested")
        answer = self.as_user(self.cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/events/")
        return self.read(onward, answer, words="Which days suit her?")

    def read_the_page(self):
        onward = self.offered("started")
        return self.read(onward, self.browser().get(f"/r/{onward.reference}"))

    def read_the_home_page(self):
        onward = self.offered("started")
        return self.read(onward, self.browser().get("/"))

    def read_after_the_end(self):
        onward = self.offered("completed")
        return self.read(onward, self.as_user(self.cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/"))

    # --- direct care ---

    def refer_to_a_team(self):
        form = self.scheme_form(service=None, team=str(self.cast.team.pk))
        return self.post(self.cast.gp, "referrals/", form)

    def redirect_to_a_team(self):
        referral = stage.referral_at(self.cast, "submitted", at=self.now, consent=None)
        self.says(referral, self.cast.walking)
        elsewhere = {"reason": "out_of_area", "to_team": str(self.cast.neighbouring_team.pk)}
        went = self.post(self.cast.link_worker, f"referrals/{referral.reference}/redirect/", elsewhere)
        arrived = Referral.objects.get(redirected_from=referral)
        fields = ("purpose", "to_service_id", "to_organization_id", "decision", "basis", "decided_on", "expires_on")
        assert list(arrived.consents.order_by("id").values(*fields)) == list(
            referral.consents.order_by("id").values(*fields)
        )
        return went

    # --- the messages: asked by those who write them ---

    def message_the_practice(self):
        rows = self.fresh().consents.all()
        practice = self.cast.practice.organization_id
        return consents.may_message_registered_practice(rows, organization_id=practice, on=TODAY)

    def message_in_full(self):
        rows = self.fresh().consents.all()
        return consents.may_message_in_full(rows, organization_id=self.cast.practice.organization_id, on=TODAY)

    def contact_by_research(self):
        return consents.may_contact_for_research(self.fresh().consents.all(), on=TODAY)


@pytest.mark.parametrize(("way", "said", "answer"), CASES, ids=[f"{way}-{said}" for way, said, _ in CASES])
def test_every_way_with_everything_said(way, said, answer, cast, as_user, now, time_machine):
    town = Town(cast, said, as_user, now, lambda: time_machine.move_to(now + dt.timedelta(days=2)))
    assert getattr(town, way)() is (answer == "yes")


def test_the_table_has_every_way():
    """Whoever adds a step that takes a person up, or another way, finds that it must be in the table."""
    ways = {name for name, *_ in _ROWS}
    helpers = {"decisions", "says", "everything", "post", "fresh", "offered", "step", "read", "browser", "scheme_form"}
    assert ways == {name for name in vars(Town) if not name.startswith("__")} - helpers
    assert {"accept", "waitlist", "book_assessment", "start", "send_pack"} == TAKES_UP
    assert {"provide_information"} == TELLS_MORE
    assert set(policies.ONWARD_STEPS) > TAKES_UP | TELLS_MORE


@pytest.mark.parametrize(
    ("status", "step", "body"),
    [
        ("sent", "decline", {"reason": "at_capacity"}),
        ("sent", "request-information", {"note": "May she come?"}),
        ("accepted", "record-not-started", {"reason": "changed_mind"}),
        ("started", "pause", {"reason": "health", "until": "2026-12-01"}),
        ("started", "complete", {"outcome": "goals_met"}),
        ("started", "leave-early", {"reason": "transport"}),
    ],
)
def test_a_provider_without_consent_can_still_end_and_ask(status, step, body, cast, as_user, onward_at, now):
    onward = onward_at(status)
    record_consent(
        referral=onward.referral, actor=Actor(stage.fresh(cast.link_worker)), at=now + dt.timedelta(hours=12),
        decision="withdrawn",
    )  # fmt: skip
    answer = as_user(cast.provider).post(f"/api/v1/onward-referrals/{onward.reference}/{step}/", body)
    assert (answer.status_code, answer.json()["person"]) == (200, None)


def test_no_message_says_anything_but_a_reference_and_a_day(cast, onward_at, now):
    onward = onward_at("started")
    for decision in ("withdrawn", "given", "withdrawn"):
        record_consent(
            referral=onward.referral, actor=Actor(stage.fresh(cast.gp)), at=now + dt.timedelta(hours=12),
            decision=decision, note="Rose does not want strangers to have her number.",
        )  # fmt: skip
    assert OutboxMessage.objects.filter(template="consent_withdrawn").count() == 4
    for context in OutboxMessage.objects.values_list("context", flat=True):
        assert set(context) <= {"reference", "due_on"}
