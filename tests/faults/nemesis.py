"""The faults, each a small function that does harm to a running service and puts it right again.

`short` is for CI, `long` for a proof: every fault of the short form, and the five parts killed and started again in
every order. The order of the faults, and every choice in them, come from the seed.
"""

import itertools
import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults.clock import MovableClock, find_faketime
from tests.faults.post_office import Mood
from tests.faults.service import EVERYTHING, THE_FIVE, Service, kill

BETWEEN_KILLS = 0.3
LONGER_THAN_THE_LEASE = 23.0
HOUR = 3600


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, in words, and how it is brought about."""

    name: str
    act: Callable[[Service, random.Random], None]
    skipped: str = ""
    """Why it cannot be done on this machine, if so."""


def killed(name: str) -> Fault:
    """Return the kill of one whole part, which the supervisor starts again by itself."""
    return Fault(f"{name} killed", lambda service, _: service.kill(name))


def one_killed(name: str) -> Fault:
    """Return the kill of one process among those of a part."""
    return Fault(
        f"one process of {name} killed", lambda service, chance: service.kill_one_below(name, chosen=chance.choice)
    )


def in_order(down: tuple[str, ...], up: tuple[str, ...]) -> Fault:
    """Return the kill of several parts in one order, and their start in another."""

    def act(service: Service, _chance: random.Random) -> None:
        for name in down:
            service.take_down(name)
            service.rest(BETWEEN_KILLS)
        for name in up:
            service.bring_up(name)
            service.rest(BETWEEN_KILLS)

    return Fault(f"killed: {', '.join(down)}; started: {', '.join(up)}", act)


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
    service.rest(5)
    service.bring_up("valkey")


def database_away(service: Service, _chance: random.Random) -> None:
    """Let requests come for a while without a database."""
    service.take_down("postgres")
    service.rest(4)
    service.bring_up("postgres")


def zombie(service: Service, _chance: random.Random) -> None:
    """Stop the process that is sending until its lease has ended and another has sent; then let it go on."""
    service.post_office.front.mood = Mood.IS_SLOW
    began = time.time()
    pids: list[int] = []

    def found() -> bool:
        pids[:] = [pid for pid in [service.sender()] if pid]
        return bool(pids)

    service.wait_until(found, seconds=30, what="a worker is sending")
    kill(pids[0], 19)  # SIGSTOP
    stopped = time.time()
    service.post_office.front.mood = Mood.TAKES
    service.rest(LONGER_THAN_THE_LEASE)
    kill(pids[0], 18)  # SIGCONT
    service.rest(1)
    service.excuse("its sender was stopped as it came", begins=max(began, stopped - 3), ends=stopped + 3)
    service.excuse("its sender was stopped as it came", begins=time.time() - 3, ends=time.time() + 3)


def mail_server(mood: Mood, *, seconds: float) -> Fault:
    """Return a time in which the mail server behaves badly."""

    def act(service: Service, _chance: random.Random) -> None:
        service.post_office.front.mood = mood
        service.rest(seconds)
        service.post_office.front.mood = Mood.TAKES

    return Fault(f"the mail server {mood.value}", act)


def mail_server_away(service: Service, _chance: random.Random) -> None:
    """Refuse connections."""
    service.post_office.close()
    service.rest(5)
    service.post_office.open()


def disk_full(service: Service, _chance: random.Random) -> None:
    """Let the real mail catcher find no room for a message, then free some.

    By a limit on the size of its files, which needs no rights: writing fails in the same place as on a full disk.
    """
    pid = service.children["mail"].pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (64, hard))
    service.rest(5)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def clock_jumps(service: Service, chance: random.Random) -> None:
    """Let the clock of the machine that runs worker and beat jump an hour ahead, an hour behind, and back."""
    clock = MovableClock(service.supervisor.folder / "clock")
    with service.with_environment(("worker", "beat"), clock.environment()):
        jumps = [HOUR, -HOUR]
        chance.shuffle(jumps)
        for jump in [*jumps, 0]:
            at = time.time()
            clock.move(jump)
            service.excuse("the clock jumped as it was sent", begins=at - 5, ends=at + 5)
            service.rest(4)
        until = time.time()
        service.wait_until(
            lambda: service.is_drained(until), seconds=120, what="all is sent although the clock has jumped"
        )


SINGLES = (
    *(killed(name) for name in EVERYTHING),
    *(one_killed(name) for name in ("web", "worker", "postgres")),
    Fault("Redis emptied", redis_emptied),
    Fault("Redis away for five seconds", redis_away),
    Fault("PostgreSQL away for four seconds", database_away),
    Fault("everything killed at once", all_at_once),
)
MAIL = (
    mail_server(Mood.REFUSES, seconds=4),
    mail_server(Mood.TAKES_AND_CUTS, seconds=3),
    mail_server(Mood.HANGS, seconds=3),
    Fault("the mail server refuses connections", mail_server_away),
    Fault("the mail catcher's disk is full", disk_full),
)
STRANGE = (
    Fault("a sender stopped for longer than its lease", zombie),
    Fault(
        "the clock jumps an hour ahead, an hour behind, and back",
        clock_jumps,
        skipped="" if find_faketime() else "libfaketime is not installed",
    ),
)


def short(chance: random.Random) -> list[Fault]:
    """Return the faults of the short form, in the seed's order: each single one, and two pairs."""
    pairs = [in_order(pair, chance.choice([pair, pair[::-1]])) for pair in itertools.permutations(THE_FIVE, 2)]
    faults = [*SINGLES, *MAIL, *STRANGE, *chance.sample(pairs, 2)]
    chance.shuffle(faults)
    return faults


def long(chance: random.Random) -> list[Fault]:
    """Return the faults of the long form: the short form's, all pairs, and the five in every order."""
    faults = [*SINGLES, *MAIL, *STRANGE, *every_pair(), *every_order(chance)]
    chance.shuffle(faults)
    return faults


def every_pair() -> Iterator[Fault]:
    """Return each two of the five, killed in both orders and started in both orders."""
    for pair in itertools.permutations(THE_FIVE, 2):
        yield in_order(pair, pair)
        yield in_order(pair, pair[::-1])


def every_order(chance: random.Random) -> Iterator[Fault]:
    """Return the five killed in each of the 120 orders, and started in each of them, paired by chance."""
    orders = list(itertools.permutations(THE_FIVE))
    starts = chance.sample(orders, len(orders))
    for down, up in zip(orders, starts, strict=True):
        yield in_order(down, up)
