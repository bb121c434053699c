"""Every model that hangs on a person. When a referral is forgotten, what is counted stays, and that it happened."""

from typing import Any

from django.db import models

from core.history import HistoryRow
from referrals.holdings.kinds import GONE, Holding
from referrals.models import (
    AddressRecord,
    Attendance,
    CaseNote,
    CaseTask,
    Clearance,
    ClearanceRequest,
    Consent,
    Contact,
    Discharge,
    FollowUp,
    FollowUpClock,
    MeasureResponse,
    MessageBack,
    MessageBackFiling,
    Observation,
    OnwardReferral,
    Person,
    PersonChange,
    PersonLink,
    PersonMerge,
    PlanVersion,
    RecordAccess,
    RecordEntry,
    RecordVersion,
    Referral,
    ReferralEvent,
    ReferralNeed,
    RetentionProposal,
    Review,
    Risk,
    SafeguardingConcern,
    SafeguardingRead,
    Signpost,
    SignpostFollowUp,
    SupersededAttendance,
)


def _history_of(model: Any, title: str, to_referral: str = "", to_person: str = "") -> Holding:
    """What stood in the rows of a model before they were changed: all that it tells is forgotten, but of whom it was.

    Each row keeps its seal, which is that of a random salt as well: nobody can find out by it what was there.
    """
    history: type[models.Model] = model.history.rel.related_model
    own = {field.name for field in HistoryRow._meta.fields} | {"pgh_context", "pgh_obj"}
    told = [field for field in history._meta.concrete_fields if field.name not in own]
    return Holding(
        model=history, title=title, is_history=True, to_referral=to_referral, to_person=to_person,
        forgets={field.name: None for field in told if not field.is_relation} | {"pgh_salt": ""},
        keeps=frozenset({"pgh_label", "pgh_seal", "pgh_context"}),
        hides=frozenset({"pgh_seal", "pgh_salt", "pgh_context", "pgh_obj"}),
    )  # fmt: skip


HOLDINGS: tuple[Holding, ...] = (
    Holding(
        model=Referral,
        title="Referrals",
        to_referral="pk",
        forgets={
            "first_name": GONE, "family_name": GONE, "address": "", "postcode": "", "telephone": "", "email": "",
            "preferred_contact": "", "communication_needs": "", "reason": "", "referrer_name": GONE,
            "referrer_contact": GONE, "referrer_relationship": GONE, "agreement": GONE, "confirmed_email": "",
            "nhs_number": "", "birth_key": "", "name_keys": [], "interpreter_language": "",
        },
        # Which organisation referred stays for the figures, and where the person is registered; the name of who
        # referred goes, because it may be their daughter's.
        keeps=frozenset(
            {
                "reference", "gp_practice_code", "referrer_service", "referrer_organization", "chain_hash",
                "information_formats",
            }
        ),
        hides=frozenset(
            {"version", "chain_hash", "birth_key", "name_keys", "is_person_settled", "is_second_meant"}
        ),
    ),
    Holding(model=AddressRecord, title="Where you live and lived", to_referral="referral", is_removed=True),
    Holding(
        model=PersonLink, title="Links to your own page", to_referral="referral", is_removed=True,
        hides=frozenset({"token_digest"}),
    ),
    Holding(model=PersonChange, title="What was corrected of who you are", to_person="person", is_removed=True),
    Holding(
        model=PersonMerge, title="Two records found to be yours", to_person="kept",
        forgets={"before": {}, "note": GONE}, keeps=frozenset({"moved"}), hides=frozenset({"merged", "kept"}),
    ),
    Holding(
        model=ReferralNeed, title="Needs", to_referral="referral", forgets={"note": ""},
        keeps=frozenset({"code", "display"}),
    ),
    Holding(
        model=RecordEntry, title="What is recorded of you, point by point", to_referral="version__referral",
        is_removed=True, hides=frozenset({"version"}),
    ),
    Holding(model=RecordVersion, title="What is recorded of you", to_referral="referral", is_removed=True),
    Holding(
        model=SafeguardingConcern, title="Safeguarding", to_referral="referral", is_removed=True,
        withheld="It can speak of others, or put somebody at risk: a safeguarding lead decides what is handed out.",
    ),
    Holding(
        model=SafeguardingRead, title="Who read about safeguarding", to_referral="referral",
        keeps=frozenset({"way", "concerns"}),
        withheld="It says when there was something to read: a safeguarding lead decides what is handed out.",
    ),
    Holding(model=Discharge, title="Your way home from hospital", to_referral="referral", is_removed=True),
    Holding(model=Risk, title="Risks", to_referral="referral", is_removed=True),
    Holding(
        model=Consent, title="What you decided about sharing", to_referral="referral", forgets={"note": GONE},
    ),
    Holding(model=Observation, title="What is known of your health", to_referral="referral", is_removed=True),
    # Before the clearances that answered them: a row goes before the row that it points to.
    Holding(
        model=ClearanceRequest, title="Which professionals were asked to decide", to_referral="referral",
        is_removed=True, hides=frozenset({"clearance"}),
    ),
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
    Holding(
        model=Attendance, title="When you came", to_referral="onward_referral__referral", hides=frozenset({"session"})
    ),
    Holding(
        model=SupersededAttendance,
        title="What was written of it before it was corrected",
        to_referral="attendance__onward_referral__referral",
    ),
    Holding(
        model=Review,
        title="Reviews that were held with you, or missed",
        to_referral="onward_referral__referral",
        forgets={"note": ""},
    ),
    Holding(
        model=FollowUp, title="When somebody asked, months after, how you are",
        to_referral="onward_referral__referral",
    ),
    Holding(
        model=FollowUpClock, title="When somebody asks you next", to_referral="onward_referral__referral",
        is_removed=True,
    ),
    Holding(
        model=Contact,
        title="When somebody was in touch, or tried to be",
        to_referral="referral",
        forgets={"with_name": "", "location": "", "note": ""},
        hides=frozenset({"replaces"}),
    ),
    Holding(
        model=CaseNote,
        title="Notes of the team",
        to_referral="referral",
        forgets={"text": GONE},
        withheld="They may speak of other people: somebody reads them before they are handed out.",
    ),
    Holding(model=PlanVersion, title="Your plan, as it was each time", to_referral="referral", is_removed=True),
    Holding(
        model=Signpost,
        title="What you were told of",
        to_referral="referral",
        forgets={"name": GONE, "contact_details": "", "reason": "", "information_given": ""},
    ),
    Holding(model=SignpostFollowUp, title="What came of it", to_referral="referral", forgets={"note": ""}),
    Holding(model=CaseTask, title="What was to be done for you", to_referral="referral", forgets={"title": GONE}),
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
        model=MessageBack,
        title="What was sent back to those who referred you",
        to_referral="referral",
        forgets={"text": '{"forgotten": true}'},
        keeps=frozenset({"reference"}),
    ),
    Holding(model=MessageBackFiling, title="Who filed it", to_referral="message__referral"),
    Holding(
        model=RecordAccess, title="Who opened your record", to_referral="referral",
        forgets={"words": ""}, keeps=frozenset({"route", "request_id"}),
        hides=frozenset({"route", "request_id", "purpose"}),  # that safeguarding was read is not told here
    ),
    Holding(
        model=RetentionProposal,
        title="How long it is kept",
        to_referral="referral",
        hides=frozenset({"is_done"}),
    ),
    _history_of(Person, "Who you were said to be, before it was changed", to_person="pgh_obj"),
    _history_of(Referral, "What stood in a referral, before it was changed", to_referral="pgh_obj"),
    _history_of(ReferralNeed, "Needs that were taken out or changed", to_referral="referral"),
    _history_of(OnwardReferral, "What stood in an onward referral, before it was changed", to_referral="referral"),
    _history_of(Attendance, "When you came, before it was changed", to_referral="onward_referral__referral"),
    _history_of(CaseTask, "Whose a task was, before it was changed", to_referral="referral"),
    _history_of(PersonLink, "Links to your own page, before they were changed", to_referral="referral"),
)  # fmt: skip
