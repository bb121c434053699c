"""Search that says of each result whether it suits a person, beside the same search that does not say it:
`python -m benchmarks.matching --services 20000`.

Ours is `GET /api/v1/services/?for_referral=` with 20 results, raw the same address without it: the production server
and settings, a token, one client that keeps its connection. Three in four services have rules of a comparable scheme,
every other one the core list of contraindications, and the person has answered most of what they ask. Before anything
is measured both must find the same services.

It works in a database of its own beside the one of DATABASE_URL (`--keep` leaves it there for the next run).
"""

import datetime as dt
import json
import os
import random
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import django
from django.utils import timezone

from benchmarks.measuring import Comparison, compare, machine_line, postgresql_version, report
from benchmarks.search import Client, database_url, read_arguments, scratch_database, server

GOAL, LIMIT = 2.0, 3.0
PAGE = 20
TOWN = {"latitude": 52.5, "longitude": -1.5, "within_km": 120}
ASKED: dict[str, dict[str, Any]] = {
    "words, near, facets": {"search": "yoga", **TOWN, "facets": "true"},
    "words, near": {"search": "yoga", **TOWN},
    "by name": {},
}
"""The searches, the dearest first: what is added to each is the same."""
EMAIL = "matching@work.example"


def main() -> int:
    """Fill the database, check that both sides find the same, compare, and return the exit code of the report."""
    arguments = read_arguments(__doc__, services=20_000, blocks=50)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    with scratch_database(keep=arguments.keep):
        reference, token = prepare(arguments.services)
        url = database_url()
        with server(url) as port:
            client = Client(port, token)
            check(client, reference)
            found = [*comparisons(client, reference, blocks=arguments.blocks, rounds=arguments.rounds)]
        beside = [*profile(reference)] if arguments.profile else []
        code = report(found, machine=machine_line(postgresql=postgresql_version(url)), json_path=arguments.json)
        print("\n".join(beside))
    return code


def address(asked: dict[str, Any], **more: str) -> str:
    """Return the address of a search."""
    return f"/api/v1/services/?{urlencode({**asked, 'page_size': PAGE, **more})}"


def comparisons(client: Client, reference: str, *, blocks: int, rounds: int) -> Iterator[Comparison]:
    """Compare each search with what it costs when it explains its results."""
    for name, asked in ASKED.items():
        explained, plain = address(asked, for_referral=reference), address(asked)
        yield compare(
            f"{PAGE} results explained ({name})",
            ours=lambda explained=explained: client.get(explained),  # type: ignore[misc]
            raw=lambda plain=plain: client.get(plain),  # type: ignore[misc]
            goal=GOAL, limit=LIMIT, blocks=blocks, rounds=rounds, warm_up=20,
        )  # fmt: skip


def check(client: Client, reference: str) -> None:
    """Ask everything once.

    :raises RuntimeError: if the two find other services, a page is not full, or a result is not explained.
    """
    for name, asked in ASKED.items():
        plain = json.loads(client.get(address(asked)))["results"]
        explained = json.loads(client.get(address(asked, for_referral=reference)))["results"]
        verdicts = [row.pop("suitability")["verdict"] for row in explained]
        if explained != plain or len(plain) != PAGE:
            raise RuntimeError(f"The two sides differ, or the page is not full: {name}")
        told = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in sorted(set(verdicts)))
        print(f"{name}: {told}")


def prepare(services: int) -> tuple[str, str]:
    """Fill the database unless it is full already; return the person's referral and a token of their link worker."""
    from accounts.models import User  # noqa: PLC0415 - Django is set up by then
    from accounts.services import issue_token  # noqa: PLC0415
    from benchmarks.made_up_directory import fill  # noqa: PLC0415
    from referrals.models import Referral  # noqa: PLC0415
    from services_directory.models import Service  # noqa: PLC0415

    there = Service.objects.count()
    if 0 < there < services:
        raise SystemExit(f"The database that was kept has {there} services: drop it, or ask for as many.")
    if not there:
        fill(services=services)
    if not User.objects.filter(email=EMAIL).exists():
        add_rules()
        add_person()
    token, _ = issue_token(user=User.objects.get(email=EMAIL), life=dt.timedelta(days=1))
    return Referral.objects.get(referrer__email=EMAIL).reference, token


def add_rules() -> None:
    """Publish the rule sets that come with the product, and apply some to most services."""
    from services_directory.models import Service, ServiceRuleSet  # noqa: PLC0415 - Django is set up by then
    from services_directory.services import load_rule_sets  # noqa: PLC0415
    from services_directory.suitability.seed.schemes import SCHEMES  # noqa: PLC0415

    at = timezone.now()
    load_rule_sets(at=at)
    rng = random.Random(5)  # noqa: S311 - the same rules every time are the point
    applied = []
    for service_id in Service.objects.order_by("pk").values_list("pk", flat=True):
        keys = [rng.choice(SCHEMES).key] if rng.random() < 0.75 else []
        keys += ["contraindications-core"] if rng.random() < 0.5 else []
        applied += [ServiceRuleSet(service_id=service_id, rule_set_id=key, applied_at=at) for key in keys]
    ServiceRuleSet.objects.bulk_create(applied, batch_size=5000)


def add_person() -> str:
    """Refer a made-up person who has answered two questions in three, and been cleared of one thing.

    :return: the reference.
    """
    from accounts.actors import Actor  # noqa: PLC0415 - Django is set up by then
    from accounts.enums import OrganizationKind, Role  # noqa: PLC0415
    from accounts.models import Organization, Team  # noqa: PLC0415
    from accounts.services import register_user  # noqa: PLC0415
    from referrals.models import Referral  # noqa: PLC0415
    from referrals.services.content import ConsentDetails, ReferralContent  # noqa: PLC0415
    from referrals.services.health import (  # noqa: PLC0415
        ClearanceDetails,
        ObservationDetails,
        record_clearance,
        record_observations,
    )
    from referrals.services.people import PersonDetails  # noqa: PLC0415
    from referrals.services.referrals import create_referral  # noqa: PLC0415
    from services_directory.models import Postcode  # noqa: PLC0415
    from services_directory.needs import NEEDS, need_id  # noqa: PLC0415
    from services_directory.suitability.kinds import AnswerKind  # noqa: PLC0415
    from services_directory.suitability.vocabulary import QUESTIONS  # noqa: PLC0415

    at = timezone.now()
    host = Organization.objects.create(name="Network", kind=OrganizationKind.LINK_WORKER_HOST)
    team = Team.objects.create(organization=host, name="Team", inbox_email="team@work.example", takes_referrals=True)
    roles = [(team, Role.REFERRER), (team, Role.LINK_WORKER)]
    actor = Actor(register_user(email=EMAIL, full_name="Mat Ching", password=None, roles=roles))
    Postcode.objects.create(
        code="SK58BS", lsoa="E01005801", ward="E05000778", local_authority="E08000007", latitude=53.4, longitude=-2.1
    )
    person = PersonDetails(
        first_name="Rose", family_name="Okafor", date_of_birth=dt.date(1951, 3, 27), gp_practice_code="V81999",
        nhs_number="9990000018", telephone="0161 496 0111", postcode="SK5 8BS",
    )  # fmt: skip
    made = create_referral(
        actor=actor,
        at=at,
        content=ReferralContent(
            person=person, team_id=team.pk, reason="Has stopped going out.",
            needs=((need_id(next(iter(NEEDS))), ""),), no_known_risks=True, consent=ConsentDetails(decision="given"),
        ),
    )  # fmt: skip
    referral = Referral.objects.get(reference=made.reference)
    answers = [
        ObservationDetails(code=code, answer="no")
        for number, (code, question) in enumerate(QUESTIONS.items())
        if question.kind in (AnswerKind.YES_NO, AnswerKind.EVENT) and number % 3
    ]
    answers += [ObservationDetails(code="blood_pressure", value=150, second_value=95)]  # type: ignore[arg-type]
    record_observations(referral=referral, actor=actor, at=at, observations=answers)
    given = ClearanceDetails(
        code="falls_risk", is_cleared=True, professional_name="Dr Amara Shah", professional_role="GP",
        decided_on=timezone.localdate(at),
    )  # fmt: skip
    record_clearance(referral=referral, actor=actor, at=at, given=given)
    return made.reference


def profile(reference: str, *, times: int = 200) -> Iterator[str]:
    """Yield what the parts of an answer take in this process, in milliseconds at p50."""
    from accounts.models import User  # noqa: PLC0415 - Django is set up by then
    from core.clocks import local_day  # noqa: PLC0415
    from referrals.selectors import facts_for  # noqa: PLC0415
    from services_directory.api.suitability import SuitabilityWriter  # noqa: PLC0415
    from services_directory.models import Service  # noqa: PLC0415
    from services_directory.selectors import rules_of, suitability_of  # noqa: PLC0415

    user, today = User.objects.get(email=EMAIL), local_day(timezone.now())
    user.roles()
    ids = list(Service.objects.order_by("name", "pk").values_list("pk", flat=True)[:PAGE])
    taken: dict[str, list[float]] = {"the person": [], "the rules": [], "rules and judgement": [], "writing": []}
    for _ in range(times):
        marks = [perf_counter()]
        facts = facts_for(user, reference)
        marks.append(perf_counter())
        rules_of(ids, on=today)
        marks.append(perf_counter())
        found = suitability_of(ids, facts=facts, planned_start=today, on=today)
        marks.append(perf_counter())
        written = SuitabilityWriter(with_all_rules=False)
        json.dumps([written(each) for each in found.values()], default=str)
        marks.append(perf_counter())
        for name, begun, ended in zip(taken, marks, marks[1:], strict=False):
            taken[name].append(ended - begun)
    for name, each in taken.items():
        yield f"in process, {name}: {median(each) * 1000:.2f} ms"


if __name__ == "__main__":
    sys.exit(main())
