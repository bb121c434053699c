"""Every state that can be reached, and every step from each: a walk in breadth, over the declarations or the design."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from tests import matrix
from tests.model.design import Design
from tests.model.words import KINDS, SYSTEM, WORKER_OF, Ask, agrees

IN_EACH_ROLE = ("gp", "link_worker", "lead", "provider", SYSTEM)
"""One for each role on this pathway: what one of them may, each of them may."""


def distances(arrows: Iterable[tuple[str, str]], *, start: str) -> dict[str, int]:
    """Return by status how many steps lead there at least; a status that is not there cannot be reached."""
    onwards: dict[str, list[str]] = {}
    for source, target in arrows:
        onwards.setdefault(source, []).append(target)
    found, waiting = {start: 0}, deque([start])
    while waiting:
        source = waiting.popleft()
        for target in onwards.get(source, []):
            if target not in found:
                found[target] = found[source] + 1
                waiting.append(target)
    return found


@dataclass
class Place:
    """One state of the walk: the first design that stood there, the asks that leave it, and those of the tree."""

    plan: Design
    leaves: dict[Ask, Hashable] = field(default_factory=dict)
    first_to: list[Ask] = field(default_factory=list)
    """The asks by which the walk first came to another state: together they are a tree over all states."""


Walk = Mapping[Hashable, Place]


def explore(start: Design, *, asks: Callable[[Design], Iterable[Ask]], key: Callable[[Design], Hashable]) -> Walk:
    """Walk from a start to every state that the asks reach; two designs with one key are one state."""
    places: dict[Hashable, Place] = {key(start): Place(start)}
    waiting = deque([key(start)])
    while waiting:
        place = places[waiting.popleft()]
        for ask in asks(place.plan):
            if place.plan.answer(ask):
                continue
            after = place.plan.copy()
            after.do(ask)
            state = key(after)
            place.leaves[ask] = state
            if state not in places:
                places[state] = Place(after)
                place.first_to.append(ask)
                waiting.append(state)
    return places


EVERY_WAY = tuple((who, kind) for who in ("gp", "outsider") for kind in KINDS)


def one_referral(
    services: tuple[str, ...], *, most_offers: int, decides: bool, made: Iterable[tuple[str, str]] = EVERY_WAY
) -> Callable[[Design], list[Ask]]:
    """Return what everybody may ask about the first referral: made in these ways, sent onward to these services so
    often, and (`decides`) the person changing their mind about sharing.
    """

    def asks(plan: Design) -> list[Ask]:
        if not plan.cases:
            return [Ask(who=who, what="make", word=kind, about="rose") for who, kind in made]
        case = plan.cases[0]
        people = (*IN_EACH_ROLE, *{"hub": ["hub_worker"], "elsewhere": ["outsider"]}.get(case.team, []))
        worker, may_send = WORKER_OF[case.team], len(case.offers) < most_offers
        found = [
            Ask(who=who, what=step, word=word)
            for who in people
            for step in matrix.REFERRAL_TARGETS
            for word in (("health", "in_hospital") if step == "hold" else ("",))
        ]
        for place in range(len(case.offers)):
            found += [Ask(who=who, what=step, onward=place) for who in people for step in matrix.ONWARD_TARGETS]
        for instead_of in (None, *range(len(case.offers))) if may_send else ():
            found += [Ask(who=worker, what="send_onward", word=service, onward=instead_of) for service in services]
        if decides:
            word = "withdrawn" if agrees(case.decisions, "walking", plan.today) else "given"
            found.append(Ask(who=worker, what="record_consent", word=word))
        return found

    return asks


def of_the_first(plan: Design) -> Hashable:
    """Return where the first referral stands, with what else decides what may be asked of it."""
    if not plan.cases:
        return None
    case = plan.cases[0]
    whole = plan.state()
    assert isinstance(whole, tuple)
    return whole[0], agrees(case.decisions, "walking", plan.today), case.person in plan.dead


def ways_to_everywhere(start: Design) -> list[tuple[Ask, ...]]:
    """Return a shortest way to each state of one referral with one offer, the shortest first."""
    walk = explore(start, asks=one_referral(("walking", "pack"), most_offers=1, decides=False), key=of_the_first)
    ways: list[tuple[Ask, ...]] = []
    waiting: deque[tuple[Place, tuple[Ask, ...]]] = deque([(walk[None], ())])
    while waiting:
        place, way = waiting.popleft()
        ways += [way] if way else []
        waiting.extend((walk[place.leaves[ask]], (*way, ask)) for ask in place.first_to)
    return ways
