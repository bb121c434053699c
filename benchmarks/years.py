"""The synthetic years that the benchmarks share: `python -m benchmarks.years --referrals 1000000 --services 100000`.

A directory, and a past of the pathway, in the database beside the one of DATABASE_URL whose name ends in `_benchmark`:
where every other module with `--keep` finds them. What is there already, and is large enough, is used again.
"""

import argparse
import os
import sys
import time

import django
from django.db import connection

from benchmarks.search import admin_url, scratch_database


def main() -> int:
    """Make what is missing, and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=1_000_000)
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--drop", action="store_true", help="drop the database instead")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if arguments.drop:
        name = f"{connection.settings_dict['NAME']}_benchmark"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        return 0
    with scratch_database(keep=True):
        ensure(referrals=arguments.referrals, services=arguments.services)
    return 0


def ensure(*, referrals: int, services: int = 0) -> None:
    """Fill the scratch database with what is missing of a directory and a past.

    :raises SystemExit: if there is something, but less than is asked for.
    """
    from benchmarks import made_up_directory, synthetic  # noqa: PLC0415 - Django is set up by then
    from referrals.models import Referral  # noqa: PLC0415
    from services_directory.models import Service  # noqa: PLC0415

    begun = time.perf_counter()

    def say(told: str) -> None:
        print(f"{time.perf_counter() - begun:.0f} s: {told}", flush=True)

    for name, wanted, there in (
        ("services", services, Service.objects.count()), ("referrals", referrals, Referral.objects.count()),
    ):  # fmt: skip
        if wanted > there > 0:
            raise SystemExit(f"The database that was kept has {there:,} {name}: drop it, or ask for as many.")
    if services and not Service.objects.exists():
        made_up_directory.fill(services=services, say=say)
        say(f"a directory of {services:,} services")
    if referrals and not Referral.objects.exists():
        rows = synthetic.fill(admin_url(), referrals)
        say(f"{referrals:,} referrals, {rows:,} rows")


if __name__ == "__main__":
    sys.exit(main())
