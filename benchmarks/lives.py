"""Lives of a referral, lived through the services step by step, and the towns in which copies of them are set.

What `benchmarks.synthetic` copies: as in life, because it is life.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from referrals.models import Referral
    from tests.stage import Cast

AT = dt.datetime(2026, 11, 2, 9, 30, tzinfo=dt.UTC)
"""When each life begins. Its copies are moved to other days."""
HOUR = dt.timedelta(hours=1)
TEAMS, WORKERS, PRACTICES, NEIGHBOURHOODS, SECTORS = 200, 5, 400, 40, 9
LIVES: dict[str, float] = {
    "completed": 24, "left_early": 10, "not_started": 10, "rerouted": 8, "closed": 12, "declined_by_person": 6,
    "asked_and_closed": 4, "rejected": 4, "withdrawn": 2, "entered_in_error": 1,
    "submitted": 3, "information_requested": 1, "accepted": 4, "active": 4, "sent": 3, "started": 3, "on_hold": 1,
}  # fmt: skip
"""Of a hundred referrals, how many had which life; the last seven are still open."""
OPEN = ("submitted", "information_requested", "accepted", "active", "sent", "started", "on_hold")
ANSWERED_SOON = ("submitted", "sent")
"""What the clocks and the leads would not let lie: it began some days ago at most."""


@dataclass(frozen=True, kw_only=True)
class Towns:
    """Where the copies are set: each a team with its inbox, workers (id and email); practices with a GP of theirs."""

    teams: list[dict[str, str]]
    workers: list[list[dict[str, str]]]
    practices: list[dict[str, str]]


def live(cast: "Cast", life: str) -> "Referral":
    """Return a referral that has had one of the LIVES."""
    from accounts.actors import Actor  # noqa: PLC0415 - Django is set up by then
    from referrals.models import Referral  # noqa: PLC0415
    from referrals.services.referrals import take_referral_step  # noqa: PLC0415
    from referrals.services.steps import StepDetails  # noqa: PLC0415
    from tests import stage  # noqa: PLC0415

    worker = Actor(stage.fresh(cast.link_worker))

    def close(referral: Referral, outcome: str) -> Referral:
        referral = Referral.objects.get(pk=referral.pk)
        said = StepDetails(outcome=outcome)
        return take_referral_step(referral=referral, step="close", actor=worker, at=AT + 30 * HOUR, details=said)

    if life in {"completed", "left_early", "not_started"}:
        supported = _supported(cast, has_task=False)
        return close(stage.onward_at(cast, life, at=AT, referral=supported).referral, "goals_met")
    if life == "rerouted":
        return close(_rerouted(cast), "goals_met")
    if life == "declined_by_person":
        return close(stage.referral_at(cast, "accepted", at=AT), "declined_by_person")
    if life == "closed":
        return close(_supported(cast, has_task=False), "goals_met")
    if life == "asked_and_closed":
        referral = stage.referral_at(cast, "information_requested", at=AT)
        for hours, (step, actor, said) in enumerate(
            (
                ("provide_information", Actor(stage.fresh(cast.gp)), StepDetails(note="She does.")),
                ("accept", worker, StepDetails()),
                ("start_support", worker, StepDetails()),
            ),
            start=5,
        ):
            referral = take_referral_step(referral=referral, step=step, actor=actor, at=AT + hours * HOUR, details=said)
        return close(referral, "goals_met")
    if life == "active":
        return _supported(cast)
    if life in {"sent", "started"}:
        onward = stage.onward_at(cast, life, at=AT, referral=_supported(cast))
        return Referral.objects.get(pk=onward.referral_id)
    return stage.referral_at(cast, life, at=AT)


def _supported(cast: "Cast", *, has_task: bool = True) -> "Referral":
    """Return a referral with the work of a link worker: tries, a talk, a note, and what is still to do."""
    from accounts.actors import Actor  # noqa: PLC0415 - Django is set up by then
    from referrals.models import Referral  # noqa: PLC0415
    from referrals.services.case_tasks import add_task  # noqa: PLC0415
    from referrals.services.contacts import ContactDetails, log_contact  # noqa: PLC0415
    from referrals.services.notes import write_note  # noqa: PLC0415
    from tests import stage  # noqa: PLC0415

    referral, worker = stage.referral_at(cast, "active", at=AT), Actor(stage.fresh(cast.link_worker))
    for hours, outcome in enumerate(("no_answer", "spoke"), start=3):
        given = ContactDetails(mechanism="02", outcome=outcome, note="Will come if somebody comes along.")
        log_contact(referral=referral, actor=worker, at=AT + hours * HOUR, given=given)
    write_note(referral=referral, actor=worker, at=AT + 4 * HOUR, text="Her neighbour would drive her on Tuesdays.")
    if has_task:
        due = AT.date() + dt.timedelta(days=9)
        add_task(referral=referral, actor=worker, at=AT + 4 * HOUR, title="Ring the group about steps", due_on=due)
    return Referral.objects.get(pk=referral.pk)


def _rerouted(cast: "Cast") -> "Referral":
    """Return a referral that one provider declined and another one completed."""
    from accounts.actors import Actor  # noqa: PLC0415 - Django is set up by then
    from referrals.models import Referral  # noqa: PLC0415
    from referrals.services.onward import send_onward_referral, take_onward_step  # noqa: PLC0415
    from referrals.services.steps import StepDetails  # noqa: PLC0415
    from tests import stage  # noqa: PLC0415

    declined = stage.onward_at(cast, "declined", at=AT)
    referral, worker = Referral.objects.get(pk=declined.referral_id), Actor(stage.fresh(cast.link_worker))
    other = send_onward_referral(
        referral=referral, service=cast.visiting, actor=worker, at=AT + 12 * HOUR, rerouted_from=declined
    )
    befriender = Actor(stage.fresh(cast.befriender))
    for hours, (step, said) in enumerate(
        (
            ("accept", StepDetails()),
            ("book_assessment", StepDetails(assessment_at=AT + 40 * HOUR)),
            ("start", StepDetails()),
            ("complete", StepDetails(outcome="goals_met")),
        ),
        start=13,
    ):
        other = take_onward_step(onward=other, step=step, actor=befriender, at=AT + hours * HOUR, details=said)
    return referral


def say_that_all_was_delivered() -> None:
    """Mark every message as sent a moment after it was owed, with its delivery."""
    from django.db.models import F  # noqa: PLC0415 - Django is set up by then

    from notifications.models import Delivery, OutboxMessage  # noqa: PLC0415

    OutboxMessage.objects.update(status="sent", attempts=1, sent_at=F("occurred_at") + dt.timedelta(seconds=2))
    Delivery.objects.bulk_create(
        Delivery(message=message, at=message.sent_at, wire_id=f"<{message.id}@made-up.example>", attempts=1)
        for message in OutboxMessage.objects.order_by("id")
        if message.sent_at
    )


def settle() -> Towns:
    """Make the teams, the practices, those who work there with a token each, and the neighbourhoods."""
    from accounts.enums import OrganizationKind, Role  # noqa: PLC0415 - Django is set up by then
    from accounts.models import Membership, Organization, Team, User  # noqa: PLC0415
    from services_directory.models import Neighbourhood, Postcode  # noqa: PLC0415

    host = Organization.objects.create(name="County Network", kind=OrganizationKind.LINK_WORKER_HOST)
    surgeries = Organization.objects.bulk_create(
        Organization(name=f"Practice {number}", kind=OrganizationKind.GP_PRACTICE) for number in range(PRACTICES)
    )

    def teams_of(organizations: list[Organization], name: str) -> list[Team]:
        slug = name.lower().replace(" ", "-")
        return Team.objects.bulk_create(
            Team(
                organization=organization, name=f"{name} {number}", inbox_email=f"{slug}-{number}@inbox.example",
                takes_referrals=organization == host,
            )
            for number, organization in enumerate(organizations)
        )  # fmt: skip

    def people_of(teams: list[Team], name: str, role: Role, count: int) -> list[list[User]]:
        made = [
            [User(email=f"{name}-{number}-{each}@work.example", full_name="Sam Porter") for each in range(count)]
            for number in range(len(teams))
        ]
        User.objects.bulk_create(user for users in made for user in users)
        Membership.objects.bulk_create(
            Membership(user=user, team=team, role=role)
            for team, users in zip(teams, made, strict=True)
            for user in users
        )
        return made

    teams, practices = teams_of([host] * TEAMS, "Link workers"), teams_of(surgeries, "Practice")
    workers = people_of(teams, "worker", Role.LINK_WORKER, WORKERS)
    gps = people_of(practices, "gp", Role.REFERRER, 1)
    with connection.cursor() as database:
        # Tokens that nobody holds the secret of: who asks is looked for among them.
        database.execute(
            "INSERT INTO knox_authtoken (digest, token_key, user_id, created, expiry) "
            "SELECT encode(sha512(id::text::bytea), 'hex'), left(md5(id::text), 15), id, now(), now() + '30 days' "
            "FROM accounts_user"
        )
        # No service of the made-up directory is there, so that its index need not be looked through for each.
        database.execute("ALTER TABLE services_directory_neighbourhood DISABLE TRIGGER USER")
        Neighbourhood.objects.bulk_create(
            Neighbourhood(
                code=f"part-{number}", name=f"Part {number}",
                sectors=[f"ZY{number} {each}" for each in range(1, SECTORS)],
            )
            for number in range(NEIGHBOURHOODS)
        )  # fmt: skip
        database.execute("ALTER TABLE services_directory_neighbourhood ENABLE TRIGGER USER")
    Postcode.objects.bulk_create(
        Postcode(
            code=f"ZY{number}{sector}AA", latitude=52 + number / 100, longitude=-1.5 + sector / 100,
            lsoa=f"E01{number:04}{sector:02}", ward=f"E05{number:06}", local_authority="E08000001",
            imd_rank=1 + (number * 800 + sector) % 33_000,
        )
        for number in range(NEIGHBOURHOODS)
        for sector in range(1, SECTORS)
    )  # fmt: skip
    return Towns(
        teams=[{"team": str(team.pk), "team_inbox": team.inbox_email} for team in teams],
        workers=[[{"worker": str(user.pk), "worker_email": user.email} for user in users] for users in workers],
        practices=[
            {"practice": str(team.pk), "practice_inbox": team.inbox_email, "gp": str(gp.pk), "gp_email": gp.email}
            for team, (gp,) in zip(practices, gps, strict=True)
        ],
    )
