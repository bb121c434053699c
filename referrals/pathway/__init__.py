"""The two state machines, each readable on one screen, and the means to read them."""

from referrals.pathway.onward import OnwardPathway
from referrals.pathway.referral import ReferralPathway
from referrals.pathway.steps import Detail, Step, StepRules, steps_of

__all__ = ["Detail", "OnwardPathway", "ReferralPathway", "Step", "StepRules", "steps_of"]
