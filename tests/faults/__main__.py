"""`make test-faults`: load, faults, and what is there afterwards. ARGS="--short --seed 7"; else the long form.

It ends with 1 if anything acknowledged is missing or twice, or a message owed has not come or came twice for no reason.
"""

import argparse
import random
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from standalone.console import CannotStart, complain, say
from standalone.folders import PROJECT, working_folder
from standalone.supervisor import Supervisor
from standalone.throwaway import own_folder, remove_forgotten
from tests.faults import nemesis
from tests.faults.checker import judge
from tests.faults.clients import Walker
from tests.faults.fault import Fault
from tests.faults.history import EMAILS, TEXTS, WEBHOOKS, History
from tests.faults.messages import Verdict, Wire
from tests.faults.notify_front import read_notify
from tests.faults.rows import not_reminded, read_mail, read_rows
from tests.faults.service import EVERYTHING, PATIENCE, Service, TookTooLong

GOAL = 30.0
"""Seconds from the end of a fault to a drained outbox that are the goal; it is printed, not judged: machines differ."""
BEFORE_EACH = 0.3


@dataclass(frozen=True)
class Recovery:
    """How long the service took after one fault to answer, and to have sent all that was owed by its end."""

    fault: str
    up: float
    drained: float


def main(arguments: Sequence[str]) -> int:
    """Run, print the figures, return 0 if all is well."""
    parser = argparse.ArgumentParser(prog="make test-faults ARGS=…", description=__doc__)
    parser.add_argument("--short", action="store_true", help="each fault once, and two pairs: for CI")
    parser.add_argument("--seed", type=int, default=None, help="what decides every choice; else by chance, and printed")
    parser.add_argument("--walkers", type=int, default=3, help="how many walk pathways at once")
    parser.add_argument("--minutes", type=float, default=None, help="begin no fault after so long, and say how many")
    parser.add_argument("--only", default="", help="only the faults whose name has these words")
    options = parser.parse_args(arguments)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    faults = [each for each in (nemesis.short if options.short else nemesis.long)(chance) if options.only in each.name]
    say(f"Seed {seed}: {len(faults)} faults under the load of {options.walkers} walkers.")
    try:
        return run(faults, chance=chance, seed=seed, walkers=options.walkers, minutes=options.minutes)
    except CannotStart as reason:
        complain(reason)
        return 1


def run(
    faults: Sequence[Fault], *, chance: random.Random, seed: int, walkers: int, minutes: float | None = None
) -> int:
    """Run the service, the load and the faults in a folder of their own, and judge."""
    parent = working_folder(PROJECT / "var" / "faults")
    remove_forgotten(parent)
    with own_folder(parent) as folder:
        supervisor = Supervisor(folder)
        with supervisor:
            service = Service(supervisor)
            began = time.monotonic()
            people = service.start()
            say(f"The service is up after {time.monotonic() - began:.0f} s.")
            history, last_call, enough = History(), threading.Event(), threading.Event()
            load = [
                Walker(
                    number, url=service.url, people=people, history=history,
                    chance=random.Random(f"{seed}:{number}"), last_call=last_call, enough=enough,
                )
                for number in range(walkers)
            ]  # fmt: skip
            try:
                for walker in load:
                    walker.start()
                recoveries = suffer_all(service, faults, chance, until=began + minutes * 60 if minutes else None)
                last_call.set()
                come_to_rest(service, load, history)
            except TookTooLong as stuck:
                complain(stuck)
                complain(last_words(service))
                return 1
            finally:
                enough.set()
                for walker in load:
                    walker.join(5)
            rows = read_rows(service.services.database_url)
            verdict = judge(history, rows, wires_of(service), endpoints=service.endpoints, excuses=service.excuses)
            report(verdict, history=history, recoveries=recoveries, service=service)
            if verdict.problems:
                complain(last_words(service))
            say(f"\nThe service's own audit\n{service.audit()}")
            say(f"\n{'Not as it should be' if verdict.problems else 'As it should be'}. Seed {seed}.")
            return 1 if verdict.problems else 0
    return 130


def suffer_all(
    service: Service, faults: Sequence[Fault], chance: random.Random, *, until: float | None
) -> list[Recovery]:
    """Do the faults one after the other, as long as there is time."""
    recoveries: list[Recovery] = []
    for number, fault in enumerate(faults):
        if until is not None and time.monotonic() > until:
            say(f"  The time is up: {len(faults) - number} faults of {len(faults)} are not tried.")
            break
        recoveries += suffer(service, fault, chance)
    return recoveries


def suffer(service: Service, fault: Fault, chance: random.Random) -> list[Recovery]:
    """Do one fault under load, and wait until what was owed by its end has been sent."""
    if fault.skipped:
        say(f"  skipped   {fault.name}: {fault.skipped}.")
        return []
    service.rest(BEFORE_EACH)
    fault.act(service, chance)
    began = time.monotonic()
    service.rest(0.2)  # what was killed has ended by then
    service.wait_until(
        lambda: all(service.is_up(name) for name in EVERYTHING), seconds=PATIENCE, what=f"all is up after {fault.name}"
    )
    up = time.monotonic() - began
    service.wait_until_sent(seconds=PATIENCE, what=f"all is sent after {fault.name}")
    drained = time.monotonic() - began
    say(f"  up {up:5.1f} s   drained {drained:5.1f} s   {fault.name}")
    return [Recovery(fault.name, up, drained)]


def come_to_rest(service: Service, load: Sequence[Walker], history: History) -> None:
    """Let each walker end the pathway that it is on, and everything that is owed be sent."""
    service.wait_until(
        lambda: not any(walker.is_alive() for walker in load), seconds=PATIENCE, what="the last walks have ended"
    )
    told = [onward for onward, reached in history.awaiting.items() if reached]
    service.wait_until(
        lambda: not not_reminded(service.services.database_url, told), seconds=PATIENCE, what="all are reminded"
    )
    service.wait_until_sent(seconds=PATIENCE, what="the outbox is drained")
    history.counts["messages that waited for the hour by which a clock was ahead"] = service.let_the_hour_come()
    service.rest(2.5)  # a copy too many would come with the next rounds of the workers


def wires_of(service: Service) -> list[Wire]:
    """Return what came by each way, with what those said who took it."""
    front, folder = service.post_office.front, service.supervisor.folder
    return [
        Wire(name=EMAILS, arrivals=read_mail(folder / "mail"), lost=dict(front.lost_answers)),
        Wire(
            name=TEXTS, arrivals=read_notify(folder / "notify", service.notify), lost=dict(service.notify.lost_answers)
        ),
        Wire(name=WEBHOOKS, arrivals=service.receiver.arrivals, lost=dict(service.receiver.lost_answers)),
    ]


def report(verdict: Verdict, *, history: History, recoveries: Sequence[Recovery], service: Service) -> None:
    """Print the figures, and each problem."""
    slowest = sorted(recoveries, key=lambda each: each.drained)
    say("\nWhat was asked")
    lines(dict(sorted(history.counts.items())))
    say("\nWhat went wrong on purpose")
    lines({"faults": len(recoveries), "processes killed with -9": service.kills})
    for party in service.outside:
        lines(dict(sorted(party.counts.items())))
    lines({"webhooks put off twice and replayed by their keeper": service.replayed})
    say("\nWhat is there")
    lines(verdict.figures)
    if slowest:
        say("\nRecovery: from the end of a fault to a drained outbox, seconds")
        say(f"  median {slowest[len(slowest) // 2].drained:.1f}, longest {slowest[-1].drained:.1f}, goal {GOAL:.0f}")
        for each in [each for each in slowest if each.drained > GOAL]:
            say(f"  over the goal: {each.drained:.1f}, {each.fault}")
    for problem in verdict.problems[:50]:
        complain(f"  ✗ {problem}")


def lines(figures: dict[str, int]) -> None:
    """Print figures under each other."""
    for name, number in figures.items():
        say(f"  {number:>7}  {name}")


def last_words(service: Service) -> str:
    """Return the end of each part's log."""
    return "\n".join(f"--- {name}\n{child.last_words(25)}" for name, child in service.children.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
