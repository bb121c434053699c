"""Who asks: every role where the thing is its own, whoever has the same roles elsewhere, and who has no role at all."""

from http.cookies import SimpleCookie
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import decide_email_link, issue_token, register_user
from core.links import pass_of
from notifications.templates import PERSONS_PAGE
from referrals.models import PersonLink, Referral
from tests.stage import Cast, fresh
from web.person.visits import COOKIE
from web.providing.door import VISIT, VISIT_LIFE

HELD_BY = {
    "R": Role.REFERRER, "W": Role.LINK_WORKER, "L": Role.LEAD, "P": Role.PROVIDER, "M": Role.MANAGER,
    "E": Role.DIRECTORY_EDITOR, "O": Role.PRIVACY_OFFICER, "S": Role.SAFEGUARDING,
}  # fmt: skip
"""The letter of each role that a person can hold, held where the thing is. Nobody can hold the service's own."""
ACCOUNTS = {
    **HELD_BY,
    "G": "a safeguarding lead who is a link worker of the team, too",
    "Z": "who has every role that counts in a team only, in teams that have nothing to do with the thing",
    "N": "somebody with an account and no role",
}  # fmt: skip
WITHOUT = {
    "V": "who came by the email link of the provider's team: no account",
    "Q": "the person, by the link to their own page",
    "X": "nobody who has signed in",
}  # fmt: skip
TOKEN = "T"
"""A system, by the token of the lead: to the API it is the lead, to the pages it is nobody."""


def everybody(cast: Cast, *, rose: Referral) -> dict[str, Client]:
    """Return a browser (or a system's client) for each of them, by letter."""

    def made(letter: str, *roles: tuple[Any, Role]) -> User:
        address, name = f"asks.{letter.lower()}@work.example", f"Asks {letter}"
        return register_user(email=address, full_name=name, password="four ducks under bridges", roles=list(roles))

    elsewhere = [
        (cast.discharge_team, Role.REFERRER), (cast.neighbouring_team, Role.LINK_WORKER),
        (cast.neighbouring_team, Role.LEAD), (cast.befriending, Role.PROVIDER),
        (cast.neighbouring_team, Role.SAFEGUARDING),
    ]  # fmt: skip
    users = {
        "R": cast.gp, "W": cast.link_worker, "L": cast.lead, "P": cast.provider, "E": cast.editor,
        **{letter: made(letter, (cast.team, HELD_BY[letter])) for letter in "MOS"},
        "G": made("G", (cast.team, Role.SAFEGUARDING), (cast.team, Role.LINK_WORKER)),
        "Z": made("Z", *elsewhere), "N": made("N"),
    }  # fmt: skip
    User.objects.filter(pk__in=[user.pk for user in users.values()]).update(password=users["N"].password)
    clients = {letter: Client() for letter in (*users, *WITHOUT, TOKEN)}
    for letter, user in users.items():
        clients[letter].force_login(fresh(user))
    _visits_by_email_link(clients["V"], cast, allowed_by=users["P"])
    _opened_own_page(clients["Q"], rose)
    token, _ = issue_token(user=fresh(cast.lead))
    clients[TOKEN] = Client(headers={"Authorization": f"Bearer {token}"})
    for client in clients.values():
        client.raise_request_exception = False
    return clients


def _visits_by_email_link(client: Client, cast: Cast, *, allowed_by: User) -> None:
    decide_email_link(team=cast.leisure, is_allowed=True, user=fresh(allowed_by), at=timezone.now())
    session = client.session
    session[VISIT] = {"team": str(cast.leisure.pk), "until": (timezone.now() + VISIT_LIFE).isoformat()}
    session.save()


def _opened_own_page(client: Client, rose: Referral) -> None:
    link = PersonLink.objects.get(referral=rose, ended_at=None)
    PersonLink.objects.filter(pk=link.pk).update(opened_at=timezone.now())
    opened = pass_of(link.key, purpose=PERSONS_PAGE, until=timezone.now() + VISIT_LIFE)
    client.cookies = SimpleCookie({COOKIE: opened})
