"""Who asks, and what is there to be asked about: the things of tests/authority, and a referral in every status."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts import machines
from accounts.enums import Role, Scope
from accounts.models import Team, User
from accounts.services import issue_token
from tests.authority.routes import Route, every_route
from tests.authority.things import Things
from tests.conftest import NOW
from tests.stage import ONWARD_PATHS, REFERRAL_PATHS, Cast, created, fresh, onward_at, referral_at


@dataclass
class Scene:
    """Everything that there is, and a way in for everybody."""

    things: Things
    tokens: dict[str, str]
    """By the letter of who asks; nobody has none."""
    references: dict[str, list[str]]
    """Of referrals (R) and onward referrals (O), one in each status."""
    of_others: list[str]
    """Referrals that only another town knows."""
    _may: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)

    @property
    def cast(self) -> Cast:
        return self.things.cast

    @cached_property
    def routes(self) -> dict[str, Route]:
        """Each route by its address, with `{}` for each part."""
        return {"/" + re.sub(r"<[^>]+>", "{}", route.pattern): route for route in every_route()}

    def headers(self, letter: str) -> dict[str, str]:
        """Return how somebody says who they are."""
        return {"Authorization": f"Bearer {self.tokens[letter]}"} if letter in self.tokens else {}

    def route_of(self, path: str) -> Route:
        """Return the route of an address of the OpenAPI document."""
        return self.routes[re.sub(r"\{[^}]+\}", "{}", path)]

    def parts(self, path: str, *, letter: str, random: Random) -> dict[str, Any]:
        """Return what stands in an address: mostly a thing of the asker's own, sometimes another's or nobody's."""
        route = self.route_of(path)
        is_nobodys = random.random() < 0.05
        values = self.things.of_nobody(route) if is_nobodys else self.things.in_address(route)
        if not is_nobodys and "reference" in route.parts:
            values = values | {"reference": self._reference(route, letter, random, str(values["reference"]))}
        named = [values[part] for part in route.parts]
        return dict(zip(re.findall(r"\{([^}]+)\}", path), named, strict=True))

    def _reference(self, route: Route, letter: str, random: Random, usual: str) -> str:
        """Return one of which this step may be taken, if there is one; or the usual one, or any, or another's."""
        kind, _, step = usual[0], *route.pattern.rstrip("/").rpartition("/")[1:]
        if kind not in self.references or len(route.parts) > 1 or "referrals/" not in route.pattern:
            return usual
        may = self._may.get((kind, letter), {}).get(step.replace("-", "_"))
        drawn = random.random()
        if may:
            return random.choice(may if drawn < 0.8 else self.references[kind])
        if drawn < 0.7:
            return usual
        return random.choice(self.of_others if kind == "R" and drawn > 0.95 else self.references[kind])

    def look_around(self, letter: str) -> None:
        """Find out which steps may be taken, and of what, as the API itself says to who asks."""
        client = Client(headers=self.headers(letter))
        for kind, where in (("R", "referrals"), ("O", "onward-referrals")):
            found = self._may[kind, letter] = defaultdict(list)
            for reference in self.references[kind]:
                answer = client.get(f"/api/v1/{where}/{reference}/")
                for step in answer.json()["available_actions"] if answer.status_code == 200 else ():
                    found[step].append(reference)


def set_scene(things: Things) -> Scene:
    """Add what the walk of tests/authority does not need: a referral in every status, and tokens."""
    cast = things.cast
    referrals = [things.rose, things.draft, *(referral_at(cast, status, at=NOW) for status in REFERRAL_PATHS)]
    onwards = [things.onward, *(onward_at(cast, status, at=NOW) for status in ONWARD_PATHS)]
    far = Team.objects.get(name="Far team")
    others = [created(cast, at=NOW, by=cast.outsider, team_id=far.pk)]
    emails = {letter: f"asks.{letter.lower()}@work.example" for letter in "MOSGZN"}
    who = {letter: User.objects.get(email=email) for letter, email in emails.items()}
    who |= {"R": cast.gp, "W": cast.link_worker, "L": cast.lead, "P": cast.provider, "E": cast.editor}
    tokens = {letter: issue_token(user=fresh(user))[0] for letter, user in who.items()}
    tokens["K"] = _token_of_a_machine(cast)
    references = {"R": [row.reference for row in referrals], "O": [row.reference for row in onwards]}
    return Scene(things, tokens, references, [row.reference for row in others])


def _token_of_a_machine(cast: Cast) -> str:
    at = timezone.now()
    machine, secret = machines.register_machine(
        team=cast.practice, name="Practice system", contact="systems@vale.example",
        roles=[Role.REFERRER, Role.PROVIDER], scopes=list(Scope), at=at,
    )  # fmt: skip
    scopes = [str(scope) for scope in Scope]
    return machines.give_token(client_id=machine.client_id, secret=secret, scopes=scopes, at=at).token
