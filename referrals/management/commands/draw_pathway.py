"""`manage.py draw_pathway`: write `docs/pathway.md` from the two machines' declarations."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from referrals.enums import OnwardStatus, ReferralStatus
from referrals.pathway.drawing import diagram, table
from referrals.policies import ONWARD_STEPS, REFERRAL_STEPS

PAGE = """# The pathway

Two linked state machines, drawn from `referrals/pathway/referral.py` and `referrals/pathway/onward.py` by
`manage.py draw_pathway`. A test fails when this page is not what the code says, so do not edit it by hand.

## The referral

To a link-worker team, or to a scheme's hub. *Entered in error* can be reached from everywhere, by a lead.

{referral_diagram}

{referral_table}

## The onward referral

To a service in the directory; several per referral. Never started, left early and completed are different ends. A
declined or expired one may be sent to another service instead, which makes a new onward referral.

{onward_diagram}

{onward_table}
"""
DRAWN_APART = {"enter_in_error"}


def page() -> str:
    """Return the page as the code has it now."""
    on_the_picture = {name: step for name, step in REFERRAL_STEPS.items() if name not in DRAWN_APART}
    ended = tuple(status for status in ReferralStatus.ENDED if status != "entered_in_error")
    return PAGE.format(
        referral_diagram=diagram(steps=on_the_picture, ended=ended, first="draft"),
        referral_table=table(steps=REFERRAL_STEPS),
        onward_diagram=diagram(steps=ONWARD_STEPS, ended=OnwardStatus.ENDED, first="sent"),
        onward_table=table(steps=ONWARD_STEPS),
    )


class Command(BaseCommand):
    help = "Write docs/pathway.md from the declared machines."

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "pathway.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        self.stdout.write(f"Wrote {path.name}")
