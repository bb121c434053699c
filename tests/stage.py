"""The stage on which the tests play: a small town with a practice, a hospital, two teams and two providers.

Every status is reached through the services, step by step, so that each row has the history it would have in life.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from accounts.actors import SYSTEM, Actor
from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team, User
from accounts.services import register_user
from referrals.models import OnwardReferral, Referral
from referrals.services.content import ConsentDetails, ReferralContent
from referrals.services.onward import send_onward_referral, take_onward_step
from referrals.services.people import PersonDetails
from referrals.services.referrals import create_referral, take_referral_step
from referrals.services.steps import StepDetails
from services_directory.enums import Capacity, FirstContact, ReferralRoute
from services_directory.models import Organization as ListedOrganization
from services_directory.models import Service, TaxonomyTerm
from services_directory.needs import need_id
from services_directory.services import load_needs


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody, by what they do. `outsider` works in another town, in every role."""

    gp: User
    discharge_nurse: User
    link_worker: User
    lead: User
    neighbouring_link_worker: User
    provider: User
    befriender: User
    hub_worker: User
    manager: User
    editor: User
    outsider: User
    practice: Team
    discharge_team: Team
    team: Team
    neighbouring_team: Team
    leisure: Team
    befriending: Team
    hub: Team
    walking: Service
    visiting: Service
    scheme: Service
    leaflet: Service
    loneliness: TaxonomyTerm

    @property
    def everyone(self) -> dict[str, User]:
        return {name: value for name, value in vars(self).items() if isinstance(value, User)}


def build_cast() -> Cast:
    """Make the town."""

    def team(organization: str, kind: str, name: str, *, ods: str = "", takes: bool = False) -> Team:
        row, _ = Organization.objects.get_or_create(name=organization, kind=kind, ods_code=ods)
        inbox = f"{name.lower().replace(' ', '-')}@inbox.example"
        return Team.objects.create(organization=row, name=name, inbox_email=inbox, takes_referrals=takes)

    kinds = OrganizationKind
    practice = team("Vale Practice", kinds.GP_PRACTICE, "Vale Practice", ods="Z90001")
    discharge_team = team("Town Hospital", kinds.NHS_TRUST, "Discharge team", ods="RZZ")
    own = team("Town Network", kinds.LINK_WORKER_HOST, "Vale link workers", takes=True)
    neighbouring = team("Town Network", kinds.LINK_WORKER_HOST, "Hill link workers", takes=True)
    leisure = team("Leisure Trust", kinds.PROVIDER, "Active team")
    hub = team("Leisure Trust", kinds.PROVIDER, "Exercise hub", takes=True)
    befriending = team("Company Charity", kinds.PROVIDER, "Befrienders")
    elsewhere = team("Far Network", kinds.LINK_WORKER_HOST, "Far team", takes=True)
    place = team("Town Council", kinds.COMMISSIONER, "Public health")

    def person(name: str, *roles: tuple[Team, Role]) -> User:
        email = f"{name.lower().replace(' ', '.')}@work.example"
        return register_user(email=email, full_name=name, password=None, roles=list(roles))

    listed = ListedOrganization.objects.create(name="Leisure Trust", description="Runs things")

    def service(name: str, receiving: Team | None, **values: Any) -> Service:
        if receiving is not None:
            values = {
                "referral_route": ReferralRoute.REFERRAL, "receiving_team": receiving, "capacity": Capacity.OPEN,
                "first_contact_by": FirstContact.SERVICE,
            } | values  # fmt: skip
        return Service.objects.create(organization=listed, name=name, **values)

    load_needs()
    return Cast(
        gp=person("Gita Gill", (practice, Role.REFERRER)),
        discharge_nurse=person("Dean Nurse", (discharge_team, Role.REFERRER)),
        link_worker=person("Lou Marsh", (own, Role.LINK_WORKER)),
        lead=person("Lena Head", (own, Role.LEAD)),
        neighbouring_link_worker=person("Nia Next", (neighbouring, Role.LINK_WORKER)),
        provider=person("Pat Active", (leisure, Role.PROVIDER)),
        befriender=person("Bo Friend", (befriending, Role.PROVIDER)),
        hub_worker=person("Hal Hub", (hub, Role.LINK_WORKER), (hub, Role.PROVIDER)),
        manager=person("Mo Manager", (place, Role.MANAGER)),
        editor=person("Edie Keeper", (place, Role.DIRECTORY_EDITOR)),
        outsider=person(
            "Otto Outside", *[(elsewhere, role) for role in (Role.REFERRER, Role.LINK_WORKER, Role.LEAD, Role.PROVIDER)]
        ),
        practice=practice,
        discharge_team=discharge_team,
        team=own,
        neighbouring_team=neighbouring,
        leisure=leisure,
        befriending=befriending,
        hub=hub,
        walking=service("Walking group", leisure),
        visiting=service("Visiting", befriending),
        scheme=service("Exercise on referral", hub, takes_direct_referrals=True, review_points_weeks=[0, 13, 26]),
        leaflet=service("Library", None),
        loneliness=TaxonomyTerm.objects.get(pk=need_id("loneliness")),
    )


ROSE = PersonDetails(
    first_name="Rose",
    family_name="Okafor",
    date_of_birth=dt.date(1951, 3, 27),
    gp_practice_code="Z90001",
    nhs_number="9990000018",
    telephone="0161 496 0111",
    postcode="SK5 8BS",
)
"""A made-up person: the number is of the NHS test range, the telephone of Ofcom's drama range."""


def content_for(cast: Cast, **changes: Any) -> ReferralContent:
    """Return a whole referral of Rose to the town's team, with changes."""
    content = ReferralContent(
        person=ROSE,
        team_id=cast.team.pk,
        reason="Lives alone since her husband died, and has stopped going out.",
        needs=((cast.loneliness.pk, "misses company"),),
        no_known_risks=True,
        consent=ConsentDetails(decision="given", note="Agreed in the consultation."),
        send_anyway=True,  # a test may refer her as often as it likes
    )
    return replace(content, **changes)


def created(cast: Cast, *, at: dt.datetime, by: User | None = None, **changes: Any) -> Referral:
    """Return a referral that the GP (or another) has just made."""
    made = create_referral(actor=Actor(fresh(by or cast.gp)), at=at, content=content_for(cast, **changes))
    return Referral.objects.get(reference=made.reference)


def fresh(user: User) -> User:
    """Return the user read anew, as each request does."""
    return User.objects.get(pk=user.pk)


Path = tuple[tuple[str, str, dict[str, Any]], ...]

REFERRAL_PATHS: dict[str, Path] = {
    "draft": (),
    "deferred": (),
    "submitted": (),
    "information_requested": (("request_information", "link_worker", {"note": "Does she use a frame?"}),),
    "accepted": (("accept", "link_worker", {}),),
    "active": (("accept", "link_worker", {}), ("start_support", "link_worker", {})),
    "on_hold": (
        ("accept", "link_worker", {}),
        ("start_support", "link_worker", {}),
        ("hold", "link_worker", {"reason": "in_hospital", "until": dt.date(2026, 12, 1)}),
    ),
    "closed": (
        ("accept", "link_worker", {}),
        ("start_support", "link_worker", {}),
        ("close", "link_worker", {"outcome": "goals_met"}),
    ),
    "rejected": (("reject", "link_worker", {"reason": "criteria_not_met"}),),
    "redirected": (("redirect", "link_worker", {"reason": "out_of_area", "to_team": "neighbouring_team"}),),
    "withdrawn": (("withdraw", "gp", {"reason": "person_changed_mind"}),),
    "entered_in_error": (("enter_in_error", "lead", {"reason": "test_entry"}),),
}
"""How each status of a referral is reached from the moment it is made: step, who, what is said."""


def referral_at(cast: Cast, status: str, *, at: dt.datetime, **changes: Any) -> Referral:
    """Return a referral brought to a status, an hour passing at each step."""
    if status == "draft":
        changes = {"is_draft": True} | changes
    if status == "deferred":
        changes = {"planned_discharge_on": at.date() + dt.timedelta(days=7)} | changes
    referral = created(cast, at=at, **changes)
    for hours, (step, who, said) in enumerate(REFERRAL_PATHS[status], start=1):
        said = {name: getattr(cast, value) if name == "to_team" else value for name, value in said.items()}
        referral = take_referral_step(
            referral=referral, step=step, actor=Actor(fresh(getattr(cast, who))), at=at + dt.timedelta(hours=hours),
            details=StepDetails(**said),
        )  # fmt: skip
    assert referral.status == status
    return referral


_BOOKED: Path = (("accept", "provider", {}), ("book_assessment", "provider", {"assessment_at": None}))
_STARTED: Path = (*_BOOKED, ("start", "provider", {}))
ONWARD_PATHS: dict[str, Path] = {
    "sent": (),
    "information_requested": (("request_information", "provider", {"note": "Which days suit her?"}),),
    "waitlisted": (("waitlist", "provider", {}),),
    "accepted": (("accept", "provider", {}),),
    "assessment_booked": _BOOKED,
    "started": _STARTED,
    "paused": (*_STARTED, ("pause", "provider", {"reason": "health", "until": dt.date(2026, 12, 1)})),
    "completed": (*_STARTED, ("complete", "provider", {"outcome": "goals_met"})),
    "left_early": (*_STARTED, ("leave_early", "provider", {"reason": "transport"})),
    "not_started": (*_BOOKED, ("record_not_started", "provider", {"reason": "travel"})),
    "declined": (("decline", "provider", {"reason": "at_capacity"}),),
    "expired": (("expire", "system", {}),),
    "withdrawn": (("withdraw", "link_worker", {"reason": "person_changed_mind"}),),
}
"""How each status of an onward referral is reached from its sending."""


def onward_at(
    cast: Cast, status: str, *, at: dt.datetime, referral: Referral | None = None, service: Service | None = None
) -> OnwardReferral:
    """Return an onward referral of an active referral, brought to a status."""
    referral = referral or referral_at(cast, "active", at=at)
    onward = send_onward_referral(
        referral=referral, service=service or cast.walking, actor=Actor(fresh(cast.link_worker)),
        at=at + dt.timedelta(hours=5), handover_note="Prefers mornings.",
    )  # fmt: skip
    for hours, (step, who, said) in enumerate(ONWARD_PATHS[status], start=6):
        moment = at + dt.timedelta(hours=hours)
        if "assessment_at" in said:
            said = said | {"assessment_at": moment + dt.timedelta(days=7)}
        actor = SYSTEM if who == "system" else Actor(fresh(getattr(cast, who)))
        onward = take_onward_step(onward=onward, step=step, actor=actor, at=moment, details=StepDetails(**said))
    assert onward.status == status
    return onward
