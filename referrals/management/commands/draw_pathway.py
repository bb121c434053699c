"""`manage.py draw_pathway`: write `docs/pathway.md` from the two machines' declarations."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from referrals.enums import OnwardStatus, ReferralStatus
from referrals.pathway import Step
from referrals.pathway.drawing import diagram, table
from referrals.policies import ONWARD_STEPS, REFERRAL_STEPS

PAGE = """# The pathway

Two linked state machines, drawn from `referrals/pathway/referral.py` and `referrals/pathway/onward.py` by
`manage.py draw_pathway`. A test fails when this page is not what the code says, so do not edit it by hand.

## The referral

To a link-worker team, or to a scheme's hub. Left out of the picture: the referrer may *withdraw* while it is open,
whoever has it may *record* that the person has died, and a lead may mark it as *entered in error* at any time.

{referral_diagram}

{referral_table}

## The onward referral

To a service in the directory; several per referral. Never started, left early and completed are different ends. A
declined or expired one may be sent to another service instead, which makes a new onward referral. Left out of the
picture: the link worker may *withdraw* it while it is open.

{onward_diagram}

{onward_table}
"""
DRAWN_APART = {"enter_in_error", "record_death", "withdraw"}
"""Possible from nearly everywhere: said in words, because their arrows would hide all others."""


def page() -> str:
    """Return the page as the code has it now."""
    return PAGE.format(
        referral_diagram=_drawn(REFERRAL_STEPS, ReferralStatus.ENDED, first="draft"),
        referral_table=table(steps=REFERRAL_STEPS),
        onward_diagram=_drawn(ONWARD_STEPS, OnwardStatus.ENDED, first="sent"),
        onward_table=table(steps=ONWARD_STEPS),
    )


def _drawn(steps: Mapping[str, Step], ended: tuple[str, ...], *, first: str) -> str:
    drawn = {name: step for name, step in steps.items() if name not in DRAWN_APART}
    reached = {step.target for step in drawn.values()}
    return diagram(steps=drawn, ended=tuple(status for status in ended if status in reached), first=first)


class Command(BaseCommand):
    help = "Write docs/pathway.md from the declared machines."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "pathway.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"Wrote {path.name}")
