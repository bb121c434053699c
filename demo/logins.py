"""Who can sign in to the demonstration. Plain Python: the journey, which has no Django, reads it too.

One password for all of them, printed for everybody to see: the commands that make or show these accounts refuse to
run anywhere but in a demonstration or a test. All other colleagues of the demonstration have no password.
"""

from dataclasses import dataclass

PASSWORD = "stockport-demo-2026"  # noqa: S105 - no secret: it is shown by `manage.py demo_logins`


@dataclass(frozen=True)
class Login:
    """One account, and what to call the part its owner plays."""

    part: str
    name: str
    email: str
    job_title: str


GP = Login("GP", "Dr Maya Ellison", "gp@demo.example", "General practitioner")
OTHER_GP = Login("GP elsewhere", "Dr Tomas Reyl", "gp2@demo.example", "General practitioner")
DISCHARGE = Login("Discharge team", "Discharge coordinator", "discharge@demo.example", "Discharge coordinator")
LINK_WORKER = Login("Link worker", "Lou Aspinell", "linkworker@demo.example", "Social prescribing link worker")
LEAD = Login("Team lead", "Farah Quillan", "lead@demo.example", "Team lead")
HUB = Login("Exercise hub", "Hal Brindley", "hub@demo.example", "Exercise referral officer")
PROVIDER = Login("Active team", "Priya Standen", "provider@demo.example", "Activity coordinator")
WALKS = Login("Walks", "Wyn Cadwell", "walks@demo.example", "Walks coordinator")
MANAGER = Login("Commissioner", "Martha Osei-Lunn", "manager@demo.example", "Commissioning manager")
EDITOR = Login("Directory editor", "Nell Ashgrove", "editor@demo.example", "Directory editor")
PRIVACY = Login("Privacy officer", "Ines Redfern", "privacy@demo.example", "Records and privacy officer")
SAFEGUARDING = Login("Safeguarding", "Odile Brandreth", "safeguarding@demo.example", "Safeguarding lead")

LOGINS = (GP, OTHER_GP, DISCHARGE, LINK_WORKER, LEAD, HUB, PROVIDER, WALKS, MANAGER, EDITOR, PRIVACY, SAFEGUARDING)
