"""To which programmes people of the demonstration are sent, and how it goes there.

All of them are made up but one: PARiS, the scheme to which a practice refers directly. It is a real scheme, so nobody
complains about it here: it declines nobody, and whoever does not start or leaves early has reasons of their own.

The shares are so chosen that the whole comes near the field's figures (field notes 3.8): of those accepted 57 to 67 %
start, and of those who start 43 to 53 % complete.
"""

import uuid
from dataclasses import dataclass

from demo.listings import LISTINGS, own_service_id
from services_directory.demo.listings import demo_service_id
from services_directory.models import Service


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One programme: who runs it, for whom it is, how many weeks it takes, and how people fare.

    A register is kept in the first `register_weeks`: advice, a telephone call and a visit have none, and in the second
    half of the scheme people are active by themselves.
    """

    key: str
    provider: str
    needs: tuple[str, ...]
    weeks: int
    starts: float
    completes: float
    youngest: int = 18
    has_waiting_list: bool = False
    register_weeks: int = 13
    is_real: bool = False


SCHEME = Programme(
    key="paris", provider="leisure_hub", needs=("long_term_condition", "physical_activity"), weeks=26,
    starts=0.65, completes=0.52, is_real=True,
)  # fmt: skip
PROGRAMMES = (
    Programme(
        key="move_together", provider="active_communities",
        needs=("physical_activity", "mental_wellbeing", "loneliness"), weeks=10, starts=0.66, completes=0.5,
    ),
    Programme(
        key="back_in_the_water", provider="active_communities", needs=("physical_activity", "long_term_condition"),
        weeks=8, starts=0.6, completes=0.45,
    ),
    Programme(
        key="health_walks", provider="walking", needs=("physical_activity", "loneliness", "nature", "bereavement"),
        weeks=9, starts=0.7, completes=0.49,
    ),
    Programme(
        key="buggy_walks", provider="walking", needs=("parenting", "mental_wellbeing"), weeks=8,
        starts=0.62, completes=0.43,
    ),
    Programme(
        key="telephone_friends", provider="befriending", needs=("loneliness", "bereavement"), weeks=12,
        starts=0.72, completes=0.5,
        register_weeks=0,
    ),
    Programme(
        key="visiting_friends", provider="befriending", needs=("loneliness",), weeks=12, youngest=55,
        starts=0.68, completes=0.52, has_waiting_list=True, register_weeks=0,
    ),
    Programme(
        key="chatty_cafe", provider="befriending", needs=("loneliness", "mental_wellbeing", "bereavement"), weeks=8,
        starts=0.54, completes=0.4,
    ),
    Programme(
        key="debt_advice", provider="debt_advice", needs=("money",), weeks=5, starts=0.68, completes=0.54,
        register_weeks=0,
    ),
    Programme(
        key="benefits_check", provider="debt_advice", needs=("money",), weeks=2, starts=0.72, completes=0.66,
        register_weeks=0,
    ),
    Programme(
        key="strength_and_balance", provider="falls", needs=("falls",), weeks=12, youngest=65,
        starts=0.6, completes=0.45, has_waiting_list=True,
    ),
    Programme(
        key="home_exercise", provider="falls", needs=("falls",), weeks=12, youngest=65, starts=0.7, completes=0.48,
        register_weeks=0,
    ),
    Programme(
        key="making_together", provider="arts", needs=("creativity", "mental_wellbeing", "loneliness"), weeks=10,
        starts=0.56, completes=0.45,
    ),
    Programme(
        key="garden", provider="gardening", needs=("nature", "mental_wellbeing", "physical_activity"), weeks=12,
        starts=0.57, completes=0.45,
    ),
)  # fmt: skip


def service_id(key: str) -> uuid.UUID:
    """Return the id of a programme's service in the directory."""
    return own_service_id(key) if key in LISTINGS else demo_service_id(key)


def services_by_key() -> dict[str, Service]:
    """Return the service of each programme, with the team that receives.

    :raises LookupError: if the directory lacks one.
    """
    ids = {each.key: service_id(each.key) for each in (SCHEME, *PROGRAMMES)}
    rows = Service.objects.select_related("receiving_team").in_bulk(list(ids.values()))
    missing = [key for key, pk in ids.items() if pk not in rows]
    if missing:
        raise LookupError(f"The demonstration's directory has no {', '.join(missing)}.")
    return {key: rows[pk] for key, pk in ids.items()}
