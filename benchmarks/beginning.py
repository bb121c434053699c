"""How a benchmark begins that works in a database of its own: its arguments, and Django set up."""

import argparse
import os

import django


def begin(description: str | None, **sizes: float) -> argparse.Namespace:
    """Read the arguments of a benchmark, and set Django up.

    :param sizes: each a number that may be said (`--referrals 10000`), with what it is otherwise; of its kind.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, usual in sizes.items():
        parser.add_argument(f"--{name}", type=type(usual), default=usual)
    parser.add_argument("--keep", action="store_true", help="keep the database, or use the one that was kept")
    parser.add_argument("--json", metavar="PATH")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return arguments
