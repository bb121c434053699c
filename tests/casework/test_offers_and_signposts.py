"""Offers to several services at once, and signposting, which is no referral."""

import pytest

from insights.services import count_uptake
from insights.models import UptakeCount
from notifications.models import OutboxMessage
from referrals.models import OnwardReferral, Referral, ReferralEvent, Signpost, SignpostFollowUp
from services_directory.models import Service
