"""Faults of those to whom the service sends: the mail server, GOV.UK Notify, the systems that take webhooks."""

import datetime as dt
import random
import resource
from collections.abc import Mapping

from tests.faults.fault import Fault
from tests.faults.moods import Mood
from tests.faults.rows import is_in_use
from tests.faults.service import Service

BAD_FOR = 3.0
"""Seconds, at least. A webhook is tried again 5 seconds after the first try, and then only after minutes: within these
it is refused once."""
UNTIL_MET = 30.0
"""Seconds which a mood is kept, at most, until it has met a message: on a slow machine few come."""
MAIL, NOTIFY, RECEIVER = "the mail server", "GOV.UK Notify", "the webhook receiver"


def behave_badly(service: Service, moods: Mapping[str, Mood]) -> None:
    """Let some behave badly for a while, each until it has done so to a message."""
    parties = {party: moods[party.name] for party in service.outside if party.name in moods}
    before = {party: party.met[mood] for party, mood in parties.items()}

    def are_well() -> bool:
        for party, mood in parties.items():
            if party.met[mood] > before[party]:
                party.mood = Mood.TAKES
        return all(party.mood is Mood.TAKES for party in parties)

    for party, mood in parties.items():
        party.mood = mood
    service.rest(BAD_FOR)
    service.wait_up_to(are_well, seconds=UNTIL_MET)
    for party in parties:
        party.mood = Mood.TAKES


def bad(**moods: Mood) -> Fault:
    """Return a time in which some behave badly: `mail`, `notify`, `receiver`, each in its way."""
    names = {"mail": MAIL, "notify": NOTIFY, "receiver": RECEIVER}
    named = {names[each]: mood for each, mood in moods.items()}
    ways = [f"{name} {mood.value}" for name, mood in named.items()]
    if len(moods) > 1 and len(set(moods.values())) == 1:
        ways = [f"mail server, Notify and receiver: each {named[MAIL].value}"]
    return Fault("; ".join(ways), lambda service, _: behave_badly(service, named))


def all_away(service: Service, _chance: random.Random) -> None:
    """Refuse connections."""
    parties = (service.post_office, service.notify, service.receiver)
    for each in parties:
        each.close()
    service.rest(BAD_FOR)
    for each in parties:
        each.open()


def disk_full(service: Service, _chance: random.Random) -> None:
    """Let the real mail catcher find no room for a message, then free some; the others have their own trouble.

    By a limit on the size of its files, which needs no rights: writing fails in the same place as on a full disk.
    """
    pid = service.children["mail"].pid
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (64, hard))
    behave_badly(service, {NOTIFY: Mood.IS_BUSY, RECEIVER: Mood.REFUSES})
    if service.children["mail"].pid == pid:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def gone(service: Service, _chance: random.Random) -> None:
    """Let a team's system say that it wants nothing any more (410), which disables its endpoint; its keeper has it
    used again, and what was given up sent again. It is one that hears of tests only: the others miss nothing.
    """
    endpoint = next(each for each in service.endpoints if each.hears == "ping")
    database, its = service.services.database_url, endpoint.reference
    since = (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)).isoformat()
    service.receiver.gone.add(endpoint.path)
    service.wait_until(lambda: service.keeper(f"{its}/ping/"), seconds=60, what="a test is owed")
    service.wait_until(lambda: not is_in_use(database, its), seconds=60, what="the endpoint is disabled")
    service.receiver.gone.clear()
    service.wait_until(lambda: service.keeper(f"{its}/enable/"), seconds=60, what="the endpoint is used again")
    service.wait_until(
        lambda: service.keeper(f"{its}/replay/", {"since": since}), seconds=60, what="what was given up is owed again"
    )


def replayed(service: Service, _chance: random.Random) -> None:
    """Refuse webhooks until some have been put off twice and wait for minutes: their keeper replays them."""
    service.receiver.mood = Mood.REFUSES
    service.rest(9)
    service.receiver.mood = Mood.TAKES


TOGETHER = (
    bad(mail=Mood.REFUSES, notify=Mood.REFUSES, receiver=Mood.IS_BUSY),
    bad(mail=Mood.TAKES_AND_CUTS, notify=Mood.TAKES_AND_CUTS, receiver=Mood.TAKES_AND_CUTS),
    bad(mail=Mood.HANGS, notify=Mood.HANGS, receiver=Mood.HANGS),
    Fault("they all refuse connections", all_away),
    Fault("the mail catcher's disk is full; GOV.UK Notify has had enough (429); the receiver refuses", disk_full),
    Fault("an endpoint answers 410: it is disabled, enabled and replayed", gone),
)
ALONE = (
    *(
        bad(**{each: mood})
        for each in ("mail", "notify", "receiver")
        for mood in (Mood.REFUSES, Mood.TAKES_AND_CUTS, Mood.HANGS)
    ),
    bad(notify=Mood.IS_BUSY),
    bad(receiver=Mood.IS_BUSY),
    Fault("the receiver refuses until messages wait for minutes; they are replayed", replayed),
)
