"""Bodies that are right, by method and route, beside those of tests/authority: where chance would not find one.

A word in capitals stands for an id of the scene.
"""

from typing import Any

from tests.authority.things import BODIES, PERSON, PLAN, RULES, SELF

_DAY, _LATER = "2026-11-03", "2026-12-09"
_PRESSURE = [{"code": "blood_pressure", "answer": "given", "value": "150", "second_value": "90", "observed_on": _DAY}]
_MEASURED = {
    "measure": "ons4", "mode": "telephone", "taken_on": _DAY,
    "answers": {"life_satisfaction": 5, "worthwhile": 6, "happiness": 7, "anxiety": 2},
}  # fmt: skip
_TOLD = {"new_work": "at_once", "questions": "daily", "quiet_from": "20:00", "quiet_until": "08:00"}
_REFERRAL = {**BODIES["post referral-list"], "send_anyway": True}  # there is one already

SEEDS: dict[str, dict[str, Any]] = {
    "post self-referrals": SELF, "post referral-list": _REFERRAL,
    "post rule-set-list": {"key": "another", **RULES},
    "put referral-detail": _REFERRAL, "put my-notifications": _TOLD, "put team-notifications": _TOLD,
    "post person-match": {name: said for name, said in PERSON.items() if name != "gp_practice_code"},
    "post onward-referral-attendances": {"session_on": _DAY, "result": "present"},
    "post onward-referral-follow-ups": {"months": 3, "result": "reached", "mechanism": "02", "still_active": "here"},
    "post onward-referral-measures": _MEASURED, "post referral-measures": _MEASURED,
    "post onward-referral-reviews": {"result": "held", "reviewed_on": _DAY},
    "post onward-referral-screening": {"observations": _PRESSURE},
    "post referral-screening": {"observations": _PRESSURE},
    "post referral-observations": {"observations": _PRESSURE},
    "post person-merge": {"other": "OTHER", "note": "One and the same."},
    "post person-undo-merge": {"merge": 1, "note": "Two people."},
    "post referral-addresses": {"kind": "home", "address": "1 High Street", "postcode": "SK5 8BS", "from_on": _DAY},
    "post referral-allocate": {"owner": "OWNER"},
    "post referral-change-contact": {"permissions": {"email": "yes", "sms": "no"}, "telephone": "0161 496 0112"},
    "post referral-clearance-requests": {
        "codes": ["blood_pressure"], "professional_name": "Dr Vale", "professional_role": "GP",
        "professional_organization": "Vale", "mechanism": "letter", "due_on": _LATER,
    },
    "post referral-end-clearance-request": {"status": "withdrawn"},
    "post referral-clearances": {
        "code": "blood_pressure", "is_cleared": True, "professional_name": "Dr Vale", "professional_role": "GP",
        "decided_on": _DAY,
    },
    "post referral-consents": {"decision": "given", "how_given": "by_telephone", "decided_on": _DAY},
    "post referral-contacts": {"mechanism": "02", "outcome": "spoke", "with_whom": "person", "note": "Well."},
    "post referral-correct-nhs-number": {"nhs_number": "9990000026", "nhs_number_status": "01", "note": "Wrong."},
    "put referral-discharge": {"planned_on": _LATER, "ward": "A1", "pathway": 0, "destination": "own_home"},
    "post referral-notes": {"text": "She likes tea.", "is_shared": False},
    "post referral-offers": {"offers": [{"service": "SERVICE"}]},
    "post referral-onward-referrals": {"service": "SERVICE", "handover_note": "Mornings."},
    "post referral-own-page-link": {"is_sent": False},
    "put referral-plan": {"needs": PLAN, "agreement": {"with_whom": "person"}},
    "put referral-record": {"preferred_name": "Rosie", "gender": "2", "entries": [
        {"section": "most_important", "text": "Her cat."}]},
    "post referral-risks": {"description": "A dog."}, "post referral-end-risk": {"ended_on": _DAY},
    "post referral-safeguarding": {"kind": "concern", "text": "Money."},
    "post referral-end-safeguarding": {"ended_on": _DAY},
    "post referral-signposts": {"name": "Library", "reason": "Warm.", "follow_up_on": _LATER},
    "post referral-follow-up-signpost": {"result": "used", "note": ""},
    "post referral-tasks": {"title": "Ring", "due_on": _LATER, "assigned_to": "ASSIGNED_TO"},
    "post referral-undo-death": {"note": "It was somebody else."},
    "post retention-proposal-keep": {"reason": "complaint", "keep_until": "2028-01-01"},
    "patch service-detail": {"minimum_age": 50, "alert": "Moved"}, "patch service-clocks": {"reminder_days": 2},
    "put service-follow-ups": {"months": [3, 6], "window_days": 21},
    "put service-measures": {"measures": [{"measure": "ons4", "weeks": [0, 12]}]},
    "put team-measures": {"measures": [{"measure": "ons4", "weeks": [0, 12]}]},
    "post service-reports": {"finding": "closed", "note": "The door was shut."},
    "post service-verify": {"answer": "still_right"}, "patch service-capacity": {"capacity": "open", "places": 4},
    "post session-cancel": {"reason": "weather"},
    "put session-register": {"entries": [{"onward_referral": "ONWARD_REFERRAL", "result": "present"}], "drop_ins": 2},
    "patch team-clocks": {"triage_working_days": 3, "contact_tries": 4},
    "post tokens": {"email": "asks.n@work.example", "password": "four ducks under bridges"},
    "post webhooks-rotate-secret": {"overlap_hours": 24}, "post webhooks-replay": {"since": "2026-11-02T09:00:00Z"},
    "patch webhooks-detail": {"url": "https://hooks.town.example/other", "description": "Ours."},
    "post proposal-decline": {"reason": "Not so."}, "post inbox-read-all": {"until": "2026-11-03T09:00:00Z"},
    "put team-email-link": {"is_allowed": True}, "post notify-receipts": {"id": "x", "status": "delivered"},
}  # fmt: skip
