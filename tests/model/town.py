"""The same asks, put to the real service and database: selectors first, as every adapter does, then services."""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

from django.db import connection

from accounts.actors import SYSTEM, Actor
from core.clocks import local_day
from core.errors import DomainError
from referrals import policies
from referrals.models import OnwardReferral, Referral
from referrals.selectors.keeping import retention_proposals_visible_to
from referrals.selectors.visible import get_onward_referral, get_referral
from referrals.services import consent_clocks, discharge, retention
from referrals.services.clocks import run_clocks
from referrals.services.consent import ConsentDetails, record_consent
from referrals.services.deaths import undo_death
from referrals.services.leavers import hand_over, leave_team
from referrals.services.onward import expire_unanswered, send_onward_referral, take_onward_step
from referrals.services.people import PersonDetails
from referrals.services.referrals import allocate_referral, create_referral, take_referral_step
from referrals.services.retention import propose_forgetting
from referrals.services.steps import StepDetails
from services_directory.enums import Delivery
from services_directory.models import Service
from tests import matrix, stage
from tests.model import words
from tests.model.words import Ask

DAY = dt.timedelta(days=1)
ARTHUR = PersonDetails(
    first_name="Arthur", family_name="Penrose", date_of_birth=dt.date(1944, 5, 2), gp_practice_code="Z90001",
    nhs_number="9990000026", telephone="0161 496 0222", postcode="SK5 8BS",
)  # fmt: skip
PEOPLE = {"rose": stage.ROSE, "arthur": ARTHUR}
SAID: dict[str, dict[str, Any]] = {
    "request_information": {"note": "Which days suit?"},
    "provide_information": {"note": "Mondays."},
    "reject": {"reason": "out_of_area"},
    "redirect": {"reason": "better_suited"},
    "hold": {"reason": "health"},
    "close": {"outcome": "transferred"},
    "reopen": {"reason": "person_came_back"},
    "withdraw": {"reason": "moved"},
    "enter_in_error": {"reason": "duplicate"},
    "decline": {"reason": "at_capacity"},
    "record_missed_assessment": {"reason": "told_us"},
    "record_not_started": {"reason": "cost"},
    "pause": {"reason": "health"},
    "complete": {"outcome": "goals_met"},
    "leave_early": {"reason": "moved"},
}
"""What each step needs to be said, but for its dates."""


class Town:
    """The town of `tests.stage`, and the referrals made in it, by the places that `Design` gives them.

    An ask is answered with the public code of its refusal, or with nothing.
    """

    def __init__(self, cast: stage.Cast) -> None:
        self.cast = cast
        self.users = {who: stage.fresh(getattr(cast, who)) for who in words.ROLES}
        Service.objects.filter(pk=cast.visiting.pk).update(places=words.PLACES["visiting"], keeps_waiting_list=True)
        pack = Service.objects.get(pk=cast.walking.pk)
        pack.pk, pack.name, pack.delivery = None, "Walks to do at home", Delivery.POSTED
        pack._state.adding = True
        pack.save()
        self.services = {
            name: Service.objects.get(pk=pk)
            for name, pk in {
                "walking": cast.walking.pk, "visiting": cast.visiting.pk, "scheme": cast.scheme.pk, "pack": pack.pk,
            }.items()
        }  # fmt: skip
        self.at = dt.datetime.min.replace(tzinfo=dt.UTC)
        self.referrals: list[str] = []

    def actor(self, who: str) -> Actor:
        return SYSTEM if who == words.SYSTEM else Actor(self.users[who])

    # --- Reading ----------------------------------------------------------------------------------------------------

    def referral(self, case: int) -> Referral:
        return Referral.objects.get(reference=self.referrals[case])

    def onward(self, case: int, place: int) -> OnwardReferral:
        rows = OnwardReferral.objects.select_related("referral", "provider_team", "service")
        found: OnwardReferral = rows.filter(referral__reference=self.referrals[case]).order_by("id")[place]
        return found

    def stands(self) -> list[tuple[str, list[str]]]:
        """Return the status of every referral there is, each with those of its onward referrals."""
        rows = {row.reference: row for row in Referral.objects.order_by("id")}
        onward: dict[int, list[str]] = {row.pk: [] for row in rows.values()}
        for referral, status in OnwardReferral.objects.order_by("id").values_list("referral_id", "status"):
            onward[referral].append(status)
        places = [*self.referrals, *(reference for reference in rows if reference not in self.referrals)]
        return [(rows[reference].status, onward[rows[reference].pk]) for reference in places]

    def offered(self, who: str, case: int, onward: int | None) -> set[str]:
        """Return the steps that are offered to somebody; none where they see nothing."""
        actor = self.actor(who)
        subject: Referral | OnwardReferral
        if onward is None:
            subject, steps = self.referral(case), set(matrix.REFERRAL_TARGETS)
        else:
            subject, steps = self.onward(case, onward), set(matrix.ONWARD_TARGETS)
        return set(policies.available_actions(actor, subject, on=local_day(self.at))) & steps

    # --- Asking -----------------------------------------------------------------------------------------------------

    def ask(self, ask: Ask) -> str:
        """Ask the real service. Returns the code of the refusal, or nothing."""
        try:
            self._act(ask)
        except DomainError as refusal:
            return refusal.code
        return ""

    def _act(self, ask: Ask) -> None:
        actor = self.actor(ask.who)
        if ask.what == "make":
            self._make(ask, actor)
        elif ask.what == "forget":
            self._forget(ask, actor)
        elif ask.onward is not None and ask.what != "send_onward":
            onward = self.onward(ask.case, ask.onward)
            if actor.user is not None:
                onward = get_onward_referral(actor.user, onward.reference)
            take_onward_step(
                onward=onward, step=ask.what, actor=actor, at=self.at, details=self._details(ask),
                expected_version=onward.version - ask.is_stale,
            )  # fmt: skip
        else:
            self._act_on_referral(ask, actor)

    def _act_on_referral(self, ask: Ask, actor: Actor) -> None:
        referral = self.referral(ask.case)
        if actor.user is not None:
            referral = get_referral(actor.user, referral.reference)
        version = referral.version - ask.is_stale
        match ask.what:
            case "allocate":
                owner = self.cast.gp if ask.is_badly_said else self.worker_of(referral)
                allocate_referral(referral=referral, owner=owner, actor=actor, at=self.at, expected_version=version)
            case "send_onward":
                send_onward_referral(
                    referral=referral, service=self.services[ask.word], actor=actor, at=self.at,
                    rerouted_from=None if ask.onward is None else self.onward(ask.case, ask.onward),
                    expected_version=version,
                )  # fmt: skip
            case "record_consent":
                until = None if ask.days is None else local_day(self.at) + ask.days * DAY
                record_consent(
                    referral=referral, actor=actor, at=self.at, decision=ask.word, expires_on=until,
                    to_service_id=self.services[ask.about].pk if ask.about else None,
                )  # fmt: skip
            case "undo_death":
                undo_death(referral=referral, actor=actor, at=self.at, note="Rang the family: a mix-up of names.")
            case step:
                take_referral_step(
                    referral=referral, step=step, actor=actor, at=self.at, details=self._details(ask),
                    expected_version=version,
                )  # fmt: skip
                if step == "redirect":
                    self.referrals.append(Referral.objects.get(redirected_from=referral).reference)

    def worker_of(self, referral: Referral) -> Any:
        teams = {getattr(self.cast, name).pk: who for name, who in words.WORKER_OF.items() if name != "elsewhere"}
        return self.users[teams.get(referral.owner_team_id, "outsider")]

    def _details(self, ask: Ask) -> StepDetails:
        said = dict(SAID.get(ask.what, {}))
        today = local_day(self.at)
        if ask.what == "hold" and ask.word:
            said["reason"] = ask.word
        if ask.what == "close" and ask.word:
            said["outcome"] = ask.word
        if ask.what in {"hold", "pause"}:
            said["until"] = today + 7 * DAY
        if ask.what in {"confirm_discharge", "confirm_discharge_again"}:
            said["discharged_on"] = today
        if ask.what == "book_assessment":
            said["assessment_at"] = self.at + 7 * DAY
        if ask.what == "redirect":
            own = self.referral(ask.case).owner_team_id
            is_there = own == self.cast.neighbouring_team.pk
            said["to_team"] = self.cast.team if is_there else self.cast.neighbouring_team
        if ask.is_badly_said:
            said["reason"] = "because"
        return StepDetails(**said)

    def _make(self, ask: Ask, actor: Actor) -> None:
        is_scheme = ask.word.startswith("scheme")
        waits = ask.word in {"deferred", "draft_waiting", "scheme_deferred"}
        elsewhere = self.users["outsider"].memberships.order_by("id").values_list("team_id", flat=True)[0]
        made = create_referral(
            actor=actor,
            at=self.at,
            content=stage.content_for(
                self.cast,
                person=PEOPLE[ask.about],
                team_id=None if is_scheme else elsewhere if ask.who == "outsider" else self.cast.team.pk,
                service_id=self.cast.scheme.pk if is_scheme else None,
                is_draft=ask.word.endswith(("draft", "draft_waiting")),
                planned_discharge_on=local_day(self.at) + 7 * DAY if waits else None,
                consent=ConsentDetails(decision="given") if ask.agrees else None,
            ),
        )
        self.referrals.append(made.reference)

    def _forget(self, ask: Ask, actor: Actor) -> None:
        if actor.user is None:
            raise DomainError("The service proposes, and people decide.", code="not_proposed")
        visible = retention_proposals_visible_to(actor.user)
        proposal = visible.filter(referral__reference=self.referrals[ask.case], decision="").first()
        if proposal is None:
            raise DomainError("Nobody has proposed it to them.", code="not_proposed")
        retention.forget(proposal=proposal, actor=actor, at=self.at)

    # --- Leavers ----------------------------------------------------------------------------------------------------

    def work_of(self, who: str) -> int:
        """Return how many open referrals of the team somebody has in hand."""
        return Referral.objects.filter(
            owner=self.users[who], owner_team=self.cast.team, status__in=words.IN_HANDS
        ).count()

    def leave(self, leaver: str, *, who: str) -> str:
        """Let somebody end another's roles in the team. Returns the code of the refusal, or nothing."""
        try:
            leave_team(team=self.cast.team, leaver=self.users[leaver], actor=self.actor(who))
        except DomainError as refusal:
            return refusal.code
        return ""

    def hand_over(self, leaver: str, to: str, *, who: str) -> str:
        """Let somebody give another's open work in the team to a third. Returns as `leave` does."""
        try:
            hand_over(
                team=self.cast.team, leaver=self.users[leaver], to=self.users[to], actor=self.actor(who), at=self.at
            )
        except DomainError as refusal:
            return refusal.code
        return ""

    # --- Clocks -----------------------------------------------------------------------------------------------------

    def clocks(self) -> list[Callable[[], int]]:
        """Return the clocks of the pathway, in no order that matters."""
        return [
            lambda: expire_unanswered(at=self.at),
            lambda: consent_clocks.run_consent_clocks(at=self.at),
            lambda: discharge.chase_discharges(at=self.at),
            lambda: propose_forgetting(at=self.at),
            lambda: sum(run_clocks(at=self.at).values()),
        ]


def fingerprint() -> str:
    """Return a digest of every row of the pathway and of the outbox: what has not changed has the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND (tablename LIKE 'referrals\\_%' "
            "OR tablename LIKE 'notifications\\_%' OR tablename = 'services_directory_service') ORDER BY 1"
        )
        parts = [
            f"SELECT '{table}' || coalesce(string_agg(t::text, '|' ORDER BY t::text), '') AS text FROM {table} t"  # noqa: S608 -- ours
            for (table,) in cursor.fetchall()
        ]
        cursor.execute(f"SELECT string_agg(text, '|') FROM ({' UNION ALL '.join(parts)}) AS tables")  # noqa: S608
        return hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()
