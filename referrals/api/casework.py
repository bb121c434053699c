"""The link worker's work on a referral, as one set of actions for its view."""

from referrals.api.contacts import ContactActions
from referrals.api.due import TaskActions
from referrals.api.offers import OfferActions
from referrals.api.plan import PlanActions
from referrals.api.steps import STEP_PROBLEMS

CASEWORK_PROBLEMS = {
    "contacts": {*STEP_PROBLEMS, "422"},
    "notes": STEP_PROBLEMS,
    "plan": STEP_PROBLEMS,
    "offers": STEP_PROBLEMS,
    "signposts": STEP_PROBLEMS,
    "follow_up_signpost": {"403", "404", "409"},
    "tasks": STEP_PROBLEMS,
    "finish_task": {"403", "404", "409"},
}


class CaseworkActions(ContactActions, PlanActions, OfferActions, TaskActions):
    """Contacts, notes, the plan, offers, signposting and tasks."""
