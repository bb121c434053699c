"""Where a generated request is led: to things that exist, by values that mean something.

Left alone, nearly every case would name what nobody has, and be answered 404 before anything of it was looked at. So
whatever schemathesis made right is given real values, and whatever it made wrong is left as it is: a wrong body then
meets a referral that is there.
"""

from random import Random
from typing import Any

from schemathesis import Case, GenerationMode, Response
from schemathesis.core import NOT_SET
from schemathesis.core.parameters import ParameterLocation

from tests.schema.scene import Scene
from tests.schema.seeds import SEEDS


class Steering:
    """Leads the cases of one who asks."""

    def __init__(self, scene: Scene, letter: str, random: Random) -> None:
        self.scene, self.letter, self.random = scene, letter, random
        self.made: dict[str, tuple[dict[str, Any], str]] = {}
        """What this chain has made: by the address where it was made, the parts of that address, and its own name."""
        values = scene.things.values
        self.known = {
            "team": values["team"], "to_team": str(scene.cast.neighbouring_team.pk), "service": values["service"],
            "to_service": values["service"], "owner": str(scene.cast.link_worker.pk), "to": str(scene.cast.lead.pk),
            "assigned_to": str(scene.cast.link_worker.pk), "term": str(scene.cast.loneliness.pk),
            "to_organization": str(scene.cast.leisure.organization_id), "receiving_team": values["provider"],
            "referring_team": str(scene.cast.practice.pk), "other": values["other"], "reference": values["R"],
            "onward_referral": values["O"], "for_referral": values["R"], "postcode": "SK5 8BS",
        }  # fmt: skip

    def lead(self, case: Case[Any]) -> None:
        """Give real values to the parts of a request that are meant to be right."""
        wrong = self._wrong_parts(case)
        if ParameterLocation.PATH not in wrong and case.path_parameters and self.random.random() < 0.97:
            there, made = self._made(case.path) or self._there(case.path), case.path_parameters
            case.path_parameters = {  # a number that the document calls text would count as wrong
                name: str(value) if isinstance(made.get(name), str) else value for name, value in there.items()
            }
        if ParameterLocation.QUERY not in wrong and case.query:
            case.query = self._query(dict(case.query))
        if ParameterLocation.HEADER not in wrong and "If-Match" in case.headers and self.random.random() < 0.8:
            case.headers["If-Match"] = self.random.choice(["*", '"1"'] if self.random.random() < 0.2 else ["*"])
        if ParameterLocation.BODY not in wrong and case.body is not NOT_SET:
            case.body = self._body(case)

    def remember(self, case: Case[Any], response: Response) -> None:
        """Keep what was made, for the next of this chain."""
        if response.status_code == 201 and "json" in response.headers.get("content-type", [""])[0]:
            said = response.json()
            name = said.get("reference") or said.get("id") if isinstance(said, dict) else None
            if name:
                self.made[case.path] = (dict(case.path_parameters), str(name))

    def _made(self, path: str) -> dict[str, Any] | None:
        for where, (parts, name) in self.made.items():
            if path.startswith(f"{where}{{") and self.random.random() < 0.8:
                rest = self._there(path)
                own = path.removeprefix(f"{where}{{").partition("}")[0]
                return rest | parts | {own: name}
        return None

    def _there(self, path: str) -> dict[str, Any]:
        return self.scene.parts(path, letter=self.letter, random=self.random)

    def _wrong_parts(self, case: Case[Any]) -> set[ParameterLocation]:
        if case.meta is None:
            return set()
        return {place for place, of in case.meta.components.items() if of.mode is GenerationMode.NEGATIVE}

    def _query(self, query: dict[str, Any]) -> dict[str, Any]:
        """A cursor that no page named is a 400 whatever else is asked, and so is a filter by what nobody has."""
        if self.random.random() < 0.9:
            query.pop("cursor", None)
        return {name: self._known(name, value) for name, value in query.items()}

    def _known(self, name: str, value: Any) -> Any:
        return self.known[name] if name in self.known and self.random.random() < 0.8 else value

    def _body(self, case: Case[Any]) -> Any:
        """Return what was made, or that with ids that exist, or one that is known to be right with a part of it."""
        made, seed = case.body, self.seed_of(case)
        drawn = self.random.random()
        if drawn < 0.1 or not isinstance(made, dict):
            return made
        if not isinstance(seed, dict) or drawn < 0.4:
            return self._with_known(made)
        if drawn < 0.6:
            return dict(seed)
        chosen = [name for name in made if self.random.random() < 2 / (len(made) + 1)]
        return dict(seed) | {name: self._with_known(made[name], name) for name in chosen}

    def seed_of(self, case: Case[Any]) -> Any:
        """Return a body that is right for this operation, if one is known."""
        route, method = self.scene.route_of(case.path), case.method.lower()
        seed = SEEDS.get(f"{method} {route.name}") or self.scene.things.body(route, method)
        return self._filled(seed)

    def _filled(self, said: Any) -> Any:
        """Put ids for the words in capitals."""
        if isinstance(said, dict):
            return {name: self._filled(value) for name, value in said.items()}
        if isinstance(said, list):
            return [self._filled(value) for value in said]
        return self.known.get(said.lower(), said) if isinstance(said, str) and said.isupper() else said

    def _with_known(self, said: Any, name: str = "") -> Any:
        if isinstance(said, dict):
            return {key: self._with_known(value, key) for key, value in said.items()}
        if isinstance(said, list):
            return [self._with_known(value, name) for value in said]
        return self._known(name, said)
