"""Whose work a page of the team shows: the reader's own, the whole team's, or that of a colleague whom they cover."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.enums import Role
from accounts.models import User
from referrals.selectors.caseload import colleagues_of, works_cases

MINE, TEAM = "mine", "team"


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose work is shown. `of` is the person, None for the team; `options` are all that may be chosen."""

    value: str
    usual: str
    says: str
    of: User | None
    options: list[dict[str, object]]

    @property
    def query(self) -> str:
        """What an address carries that shows the same."""
        return f"?of={self.value}"

    @property
    def kept(self) -> str:
        """The same, where it is not what is shown anyway."""
        return self.query if self.value != self.usual else ""

    @property
    def is_cover(self) -> bool:
        return self.value not in (MINE, TEAM)


def whose_of(user: User, request: HttpRequest) -> Whose | None:
    """Return whose work a request asks for (`?of=`): who supports people sees their own first, who only leads, the
    team's. None: the user works in no such team. Somebody of another team cannot be asked for: it is then the usual.
    """
    if not works_cases(user):
        return None
    colleagues = {str(each.pk): each for each in colleagues_of(user) if each.pk != user.pk}
    usual = MINE if user.team_ids(Role.LINK_WORKER) else TEAM
    asked = request.GET.get("of", "")
    value = asked if asked in (MINE, TEAM) or asked in colleagues else usual
    named = {MINE: "Yours", TEAM: "The whole team's"} | {key: each.full_name for key, each in colleagues.items()}
    return Whose(
        value=value,
        usual=usual,
        says=named[value],
        of=user if value == MINE else colleagues.get(value),
        options=[{"value": key, "text": text, "selected": key == value} for key, text in named.items()],
    )
