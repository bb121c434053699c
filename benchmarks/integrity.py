"""How long the audit takes beside reading the rows, and how much memory: `python -m benchmarks.integrity`.

Ours is `manage.py audit_pathway`: every rule over every referral, event and message. Raw is one pass over the same
rows with psycopg and a cursor of the server, no rule judged. Once each, raw before and after, for ours takes long. Peak
memory is that of the audit's own process.

It needs `DATABASE_URL` and `REDIS_URL`, and works in a database of its own beside that one.
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import time

import django
import psycopg

from benchmarks.measuring import (
    Comparison,
    Figure,
    Times,
    cpu_times,
    machine_line,
    postgresql_version,
    report,
    steal_between,
)
from benchmarks.search import database_url, scratch_database

GOAL, LIMIT = 3.0, 5.0
MOST_MEMORY = 200
READ = (
    "referrals_referral", "referrals_referralevent", "referrals_onwardreferral", "referrals_consent",
    "notifications_outboxmessage", "notifications_delivery",
)  # fmt: skip


def main() -> int:
    """Measure, and return the exit code of the report: 1 if a rule is broken, too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the one that was kept")
    parser.add_argument("--audit", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="PATH")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if arguments.audit:
        print(json.dumps(audited()))
        return 0
    from benchmarks.years import ensure  # noqa: PLC0415 - Django is set up by then

    with scratch_database(keep=arguments.keep):
        ensure(referrals=arguments.referrals)
        url, cpu = database_url(), cpu_times()
        before = reading(url)
        command = [sys.executable, "-m", "benchmarks.integrity", "--audit"]
        ended = subprocess.run(  # noqa: S603 - this module again
            command, env=os.environ | {"DATABASE_URL": url}, check=True, capture_output=True, text=True
        )
        told = json.loads(ended.stdout.splitlines()[-1])
        after = reading(url)
        raw, again = Times(before, before), Times(after, after)
        ours = Times(told["seconds"], told["seconds"])
        found = Comparison(
            name=f"audit of {told['referrals']:,} referrals, beside reading the rows", ours=ours, raw=raw, again=again,
            rounds=[(ours, raw)], samples=1, steal=steal_between(cpu, cpu_times()), goal=GOAL, limit=LIMIT,
        )  # fmt: skip
        figures = [
            Figure(name="audit, peak memory", value=told["peak"], unit="MB", goal=MOST_MEMORY, limit=2 * MOST_MEMORY),
            Figure(name="audit, of the processor", value=told["processor"], unit="s"),
        ]
        machine = machine_line(postgresql=postgresql_version(url))
        code = report([found], figures=figures, machine=machine, json_path=arguments.json)
    print(f"broken rules: {told['broken'] or 'none'}")
    return code or int(bool(told["broken"]))


def audited() -> dict[str, object]:
    """Audit in this process; return what it took and found."""
    from insights.integrity import audit  # noqa: PLC0415 - Django is set up by then

    begun = time.perf_counter()
    found = audit(at=dt.datetime.now(tz=dt.UTC))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - begun, "peak": used.ru_maxrss / 1024, "referrals": found.referrals,
        "processor": used.ru_utime + used.ru_stime,
        "broken": {rule: count for rule, count in found.counts.items() if count},
    }  # fmt: skip


def reading(url: str) -> float:
    """Read the rows, and return how many seconds it took."""
    begun = time.perf_counter()
    with psycopg.connect(url) as database:
        for table in READ:
            with database.cursor(name="reading") as rows:
                rows.itersize = 5000
                for _ in rows.execute(f"SELECT * FROM {table}"):  # noqa: S608 - our own text, no value
                    pass
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
