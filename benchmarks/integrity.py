"""How long the audit takes, and how much memory: `python -m benchmarks.integrity [--reading-only]`.

Over the database of DATABASE_URL; `benchmarks.synthetic` fills one. Peak memory is that of the whole process, so each
of the two is measured in a process of its own.
"""

import argparse
import datetime as dt
import os
import resource
import sys
import time

import django


def main() -> int:
    """Measure, and print one line; 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reading-only", action="store_true", help="read what the rules are judged on, and judge not")
    only_reading = parser.parse_args().reading_only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from insights.integrity import audit  # noqa: PLC0415 - Django is set up by then
    from insights.integrity.reading import cases  # noqa: PLC0415

    begun = time.perf_counter()
    broken: dict[str, int] = {}
    if only_reading:
        referrals = rows = 0
        for case in cases():
            referrals, rows = referrals + 1, rows + 1 + len(case.events) + len(case.onward) + len(case.consents)
        did = "read only"
    else:
        found = audit(at=dt.datetime.now(tz=dt.UTC))
        referrals, rows, did = found.referrals, found.referrals + found.events, "audited"
        broken = {rule: count for rule, count in found.counts.items() if count}
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{did}: {referrals:,} referrals ({rows:,} rows counted) in {seconds:.1f} s, {referrals / seconds:,.0f} "
        f"referrals/s, peak {peak:.0f} MB, broken {broken or 'none'}"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
