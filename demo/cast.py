"""Everybody who works in the demonstration: organisations, teams and colleagues, all made up.

One name is real, because it was asked for: the discharge team at Stepping Hill. Whoever works there is called by
their job. Only the logins (`demo.logins`) have a password; hashing it for everybody would cost half a minute.
"""

from dataclasses import dataclass
from itertools import zip_longest

from accounts.enums import OrganizationKind, Role
from accounts.models import Organization, Team, User
from accounts.services import register_user
from demo import logins
from demo.logins import LOGINS, PASSWORD, Login
from demo.places import NEIGHBOURHOODS, PRACTICES, Practice

HOST = "Stockport Link Workers (demonstration)"
LEISURE = "Riverbank Leisure Trust (demonstration)"
LINK_WORKERS = {
    "brinnington": (logins.LEAD, logins.LINK_WORKER, "Ines Marlowe", "Kit Ferrand", "Obi Lanner"),
    "heatons": ("Sunil Everby", "Tess Rownhill", "Grace Adomako-Lind"),
    "bramhall": ("Aled Corrick", "Hedda Pym", "Joss Tillery"),
}
"""By neighbourhood; the first of each is the lead."""
HUB = ("Dervla Strood", logins.HUB, "Rashid Venner")
"""The first is the lead; all of them receive, triage and run the scheme."""
PROVIDERS: dict[str, tuple[str, str, tuple[str | Login, ...]]] = {
    "active_communities": (LEISURE, "Active team", (logins.PROVIDER, "Leon Harkaway")),
    "walking": ("Stride Together (demonstration)", "Walks", (logins.WALKS,)),
    "befriending": ("Kindred Callers (demonstration)", "Callers and visitors", ("Bo Trevanion", "Mina Sallow")),
    "debt_advice": ("Level Advice (demonstration)", "Advisers", ("Cyrus Pellow",)),
    "falls": ("Steady Steps (demonstration)", "Balance classes", ("Una Garrick", "Piotr Selwood")),
    "arts": ("Bright Thread Arts (demonstration)", "Studio", ("Zadie Murrow",)),
    "gardening": ("Common Ground Growers (demonstration)", "Gardeners", ("Ewan Hollis",)),
}
"""By the key under which the directory knows the provider: organisation, team, colleagues."""
PRACTICE_STAFF = (
    "Dr Idris Fenwell", "Noor Castlow", "Dr Bea Hollin", "Dr Kwabena Stile", "Dr Ruth Anders-Vale", "Dr Sanjit Moorby",
    "Dr Elin Prosk", "Dr Cass Whitlow", "Dr Pavel Drury", "Dr Hana Ollert", "Dr Mark Tollerby",
)  # fmt: skip
PRACTICE_NURSES = (
    "Gwen Astle", "Ravi Pennock", "Molly Dacre", "Yinka Sandal", "Petra Loxley-Dunn", "Shaun Merrit", "Ada Corble",
    "Lewis Quaye-Hill", "Maggie Thrale", "Omar Fennick", "Jude Ellwood", "Rosa Timble",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Side:
    """A team and its people; of a team that owns referrals the first is the lead."""

    team: Team
    staff: tuple[User, ...]

    @property
    def lead(self) -> User:
        return self.staff[0]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody, by the part they play."""

    practices: dict[Practice, Side]
    discharge: Side
    teams: dict[str, Side]
    hub: Side
    providers: dict[str, Side]
    directory: Side
    safeguarding: User
    """Of all the link workers' teams."""


def build_cast() -> Cast:
    """Make every organisation, team and colleague."""
    kinds, lead, worker = OrganizationKind, (Role.LEAD, Role.LINK_WORKER), (Role.LINK_WORKER,)
    practices = {}
    gps = iter(PRACTICE_STAFF)
    own_gps = {"Z90001": logins.GP, "Z90009": logins.OTHER_GP}
    for practice, nurse in zip_longest(PRACTICES, PRACTICE_NURSES):
        gp = own_gps.get(practice.ods_code) or next(gps)
        practices[practice] = _side(
            practice.name, kinds.GP_PRACTICE, "Practice team", (gp, nurse), (Role.REFERRER,), ods_code=practice.ods_code
        )
    teams = {
        key: _side(HOST, kinds.LINK_WORKER_HOST, area.team, LINK_WORKERS[key], worker, lead=lead, takes_referrals=True)
        for key, area in NEIGHBOURHOODS.items()
    }
    hub = _side(
        LEISURE, kinds.PROVIDER, "Exercise referral hub", HUB, (*worker, Role.PROVIDER),
        lead=(*lead, Role.PROVIDER), takes_referrals=True,
    )  # fmt: skip
    _side("Stockport Place (demonstration)", kinds.COMMISSIONER, "Commissioning", (logins.MANAGER,), (Role.MANAGER,))
    _side(
        "Stockport Place (demonstration)", kinds.COMMISSIONER, "Records and privacy", (logins.PRIVACY,),
        (Role.PRIVACY_OFFICER,),
    )  # fmt: skip
    return Cast(
        practices=practices,
        discharge=_side(
            "Stepping Hill Hospital", kinds.NHS_TRUST, "Discharge team", (logins.DISCHARGE,), (Role.REFERRER,)
        ),
        teams=teams,
        hub=hub,
        providers={"leisure_hub": hub}
        | {
            key: _side(organization, kinds.PROVIDER, team, staff, (Role.PROVIDER,))
            for key, (organization, team, staff) in PROVIDERS.items()
        },
        directory=_side(
            "Stockport Place (demonstration)", kinds.COMMISSIONER, "Directory", (logins.EDITOR,),
            (Role.DIRECTORY_EDITOR,),
        ),
        # The role opens what is recorded of referrals that its holder sees: it shows none by itself.
        safeguarding=_colleague(
            logins.SAFEGUARDING,
            [(side.team, role) for side in teams.values() for role in (Role.LINK_WORKER, Role.SAFEGUARDING)],
        ),
    )  # fmt: skip


def logins_here() -> list[Login]:
    """Return the logins whose account is in this database."""
    there = set(User.objects.filter(email__in=[each.email for each in LOGINS]).values_list("email", flat=True))
    return [each for each in LOGINS if each.email in there]


def _side(
    organization: str,
    kind: OrganizationKind,
    team: str,
    staff: tuple[str | Login, ...],
    roles: tuple[Role, ...],
    *,
    lead: tuple[Role, ...] | None = None,
    ods_code: str = "",
    takes_referrals: bool = False,
) -> Side:
    """Make a team with its colleagues; the first of them has the lead's roles, where there is a lead."""
    host, _ = Organization.objects.get_or_create(name=organization, kind=kind, ods_code=ods_code)
    inbox = f"{_slug(team if not ods_code else organization)}@inbox.demo.example"
    row = Team.objects.create(
        organization=host, name=team, inbox_email=inbox, takes_referrals=takes_referrals,
        telephone=f"0161 496 08{Team.objects.count():02}",  # of the numbers that ring nobody
    )  # fmt: skip
    return Side(
        team=row,
        staff=tuple(
            _colleague(who, [(row, role) for role in (lead if lead and place == 0 else roles)])
            for place, who in enumerate(staff)
        ),
    )


def _colleague(who: str | Login, roles: list[tuple[Team, Role]]) -> User:
    if isinstance(who, Login):
        return register_user(
            email=who.email, full_name=who.name, password=PASSWORD, job_title=who.job_title, roles=roles
        )
    email = f"{_slug(who.removeprefix('Dr '))}@demo.example"
    return register_user(email=email, full_name=who, password=None, roles=roles)


def _slug(name: str) -> str:
    """Return a name as an address writes it: "Hatters' Row Surgery (demonstration)" as hatters-row-surgery."""
    words = name.removesuffix(" (demonstration)").lower().replace("'", "").replace(",", "").replace(" & ", " ")
    return words.replace(" ", "-")
