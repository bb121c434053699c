"""The faults, each a small function that does harm to a running service and puts it right again.

`short` is for CI, `long` for a proof: every fault of the short form, each that it has together alone, each two parts,
and the five killed and started again in every order. The order, and every choice, come from the seed.
"""

import itertools
import random
import time
from collections.abc import Iterator

from tests.faults.clock import HOUR, MovableClock, find_faketime
from tests.faults.fault import Fault, in_order, killed, one_killed
from tests.faults.history import EMAILS, EVERY_WIRE, TEXTS, TIME, WEBHOOKS
from tests.faults.moods import Mood
from tests.faults.outside import ALONE, TOGETHER
from tests.faults.proc import kill
from tests.faults.service import EVERYTHING, THE_FIVE, Service

LONGER_THAN_THE_LEASE = 21.0
AROUND_A_JUMP = 10.0
OURS = ("web", "worker", "webhooks", "beat")


def all_at_once(service: Service, _chance: random.Random) -> None:
    """Kill everything in one breath and leave it to the supervisor."""
    for name in EVERYTHING:
        service.kill(name)


def redis_emptied(service: Service, _chance: random.Random) -> None:
    """Take away every task that waits, and every count."""
    for _ in range(3):
        service.broker().flushall()
        service.rest(0.5)


def redis_away(service: Service, _chance: random.Random) -> None:
    """Let requests go on for a while without Redis."""
    service.take_down("valkey")
    service.rest(4)
    service.bring_up("valkey")


def database_away(service: Service, _chance: random.Random) -> None:
    """Let requests come for a while without a database."""
    service.take_down("postgres")
    service.rest(4)
    service.bring_up("postgres")


def zombies(service: Service, _chance: random.Random) -> None:
    """Stop the processes that are sending until their leases have ended and others have sent; then let them go on."""
    mail, receiver = service.post_office, service.receiver
    stopped: dict[str, int] = {}
    mail.front.mood = receiver.mood = Mood.IS_SLOW
    for name, port, wires in (("worker", mail.port, {EMAILS, TEXTS}), ("webhooks", receiver.port, {WEBHOOKS})):

        def is_stopped(name: str = name, port: int = port) -> bool:
            pid = service.sender(name, port)
            if pid is not None:
                stopped[name] = pid
                kill(pid, 19)  # SIGSTOP
            return pid is not None

        service.wait_until(is_stopped, seconds=120, what=f"{name} is sending")
        excuse(service, "its sender was stopped as it came", seconds=AROUND_A_JUMP, of=wires)
    mail.front.mood = receiver.mood = Mood.TAKES
    service.rest(LONGER_THAN_THE_LEASE)
    for pid in stopped.values():
        kill(pid, 18)  # SIGCONT
    service.rest(1)
    excuse(service, "its sender was stopped as it came", seconds=AROUND_A_JUMP)


def excuse(service: Service, cause: str, *, seconds: float, of: frozenset[str] | set[str] = EVERY_WIRE) -> None:
    """Excuse what came twice around now."""
    service.excuse(cause, begins=time.time() - seconds, ends=time.time() + seconds, of=of)


def clocks_jump(service: Service, chance: random.Random) -> None:
    """Let the clock of the machine on which everything of ours runs jump an hour ahead, an hour behind, and back.

    GOV.UK Notify's is right: it refuses our token while ours is not (403), and texts and letters wait. What was dated
    while the clock was ahead waits for that hour: see `Service.let_the_hour_come`.
    """
    clock = MovableClock(service.supervisor.folder / "clock")
    began = time.time()
    with service.with_environment(OURS, clock.environment()):
        jumps = [HOUR, -HOUR]
        chance.shuffle(jumps)
        for jump in [*jumps, 0]:
            clock.move(jump)
            excuse(service, "the clock jumped as it was sent", seconds=AROUND_A_JUMP)
            service.rest(3)
    service.excuse("the clock was wrong", begins=began, ends=time.time() + 1, of={TIME})


SINGLES = (
    *(killed(name) for name in (*THE_FIVE, "webhooks")),
    killed("mail", "notify"),
    *(one_killed(name) for name in ("web", "worker", "webhooks", "postgres")),
    Fault("Redis emptied", redis_emptied),
    Fault("Redis away for four seconds", redis_away),
    Fault("PostgreSQL away for four seconds", database_away),
    Fault("everything killed at once", all_at_once),
)
STRANGE = (
    Fault("a sender of each kind stopped for longer than its lease", zombies),
    Fault(
        "the clock jumps an hour ahead, an hour behind, and back",
        clocks_jump,
        skipped="" if find_faketime() else "libfaketime is not installed",
    ),
)
TWO_OF = (*THE_FIVE, "webhooks")


def short(chance: random.Random) -> list[Fault]:
    """Return the faults of the short form, in the seed's order: each single one, and two pairs."""
    pairs = [in_order(pair, chance.choice([pair, pair[::-1]])) for pair in itertools.permutations(TWO_OF, 2)]
    return shuffled([*SINGLES, *TOGETHER, *STRANGE, *chance.sample(pairs, 2)], chance)


def long(chance: random.Random) -> list[Fault]:
    """Return the faults of the long form: first those of the short form, so that a run that is cut has tried each
    kind; then each alone of what was together, all pairs, and the five in every order.
    """
    rest = [*ALONE, *every_pair(), *every_order(chance)]
    return [*shuffled([*SINGLES, *TOGETHER, *STRANGE], chance), *shuffled(rest, chance)]


def shuffled(faults: list[Fault], chance: random.Random) -> list[Fault]:
    """Return the faults in the seed's order."""
    chance.shuffle(faults)
    return faults


def every_pair() -> Iterator[Fault]:
    """Return each two of the six, killed in both orders and started in both orders."""
    for pair in itertools.permutations(TWO_OF, 2):
        yield in_order(pair, pair)
        yield in_order(pair, pair[::-1])


def every_order(chance: random.Random) -> Iterator[Fault]:
    """Return the five killed in each of the 120 orders, and started in each of them, paired by chance."""
    orders = list(itertools.permutations(THE_FIVE))
    starts = chance.sample(orders, len(orders))
    for down, up in zip(orders, starts, strict=True):
        yield in_order(down, up)
