"""Every model that hangs on a person. When a referral is forgotten, what is counted stays, and that it happened."""

from referrals.holdings.kinds import GONE, Holding
from referrals.models import (
    Attendance,
    Clearance,
    Consent,
    MeasureResponse,
    Observation,
    OnwardReferral,
    Referral,
    ReferralEvent,
    ReferralNeed,
    RetentionProposal,
    Risk,
)

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        model=Referral,
        title="Referrals",
        to_referral="pk",
        forgets={
            "first_name": GONE, "family_name": GONE, "address": "", "postcode": "", "telephone": "", "email": "",
            "preferred_contact": "", "communication_needs": "", "reason": "",
        },
        # Who referred is the organisation's business, and stays for the audit; so does where the person is registered,
        # for the figures by practice.
        keeps=frozenset(
            {
                "reference", "gp_practice_code", "referrer_name", "referrer_service", "referrer_organization",
                "referrer_contact", "chain_hash",
            }
        ),
        hides=frozenset({"version", "chain_hash"}),
    ),
    Holding(model=ReferralNeed, title="Needs", to_referral="referral", forgets={"note": ""}),
    Holding(model=Risk, title="Risks", to_referral="referral", is_removed=True),
    Holding(
        model=Consent, title="What you decided about sharing", to_referral="referral", forgets={"note": GONE},
    ),
    Holding(model=Observation, title="What is known of your health", to_referral="referral", is_removed=True),
    Holding(model=Clearance, title="What professionals decided", to_referral="referral", is_removed=True),
    Holding(
        model=MeasureResponse,
        title="What was measured",
        to_referral="referral",
        forgets={"answers": {}, "remarks": []},
        keeps=frozenset({"measure", "measure_version", "scores"}),  # numbers, which are counted
        hides=frozenset({"replaces"}),
    ),
    Holding(
        model=OnwardReferral,
        title="Where you were sent",
        to_referral="referral",
        forgets={"handover_note": ""},
        keeps=frozenset({"reference"}),
        hides=frozenset({"version"}),
    ),
    Holding(model=Attendance, title="When you came", to_referral="onward_referral__referral"),
    Holding(
        model=ReferralEvent,
        title="What happened, and who did it",
        to_referral="referral",
        forgets={"note": "", "note_salt": ""},
        # Details hold references, dates, counts and names of services and staff: see the callers of `record_event`.
        keeps=frozenset(
            {
                "kind", "actor_name", "reason", "outcome", "details", "note_seal", "previous_hash", "hashed_text",
                "hash", "from_status", "to_status",
            }
        ),
        hides=frozenset({"note_salt", "note_seal", "previous_hash", "hashed_text", "hash", "created_at"}),
    ),
    Holding(
        model=RetentionProposal,
        title="How long it is kept",
        to_referral="referral",
        hides=frozenset({"is_done"}),
    ),
)  # fmt: skip
