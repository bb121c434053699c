"""What goes into the record is told once, and what is not for a letter is in none."""

from itertools import count

import pytest

from referrals.models import MessageBack
from tests import stage
from tests.messages_back.reading import listed, newest, take

REFERRAL_CODE, DECLINED_CODE = "871731000000106", "871711000000103"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([("request-information", {"note": "?"})], []),
        ([("reject", {"reason": "out_of_area"})], []),
        ([("accept", {})], []),
        ([("accept", {}), ("start-support", {})], [(REFERRAL_CODE, True)]),
        ([("accept", {}), ("start-support", {}), ("close", "goals_met")], [(REFERRAL_CODE, False)]),
        ([("accept", {}), ("start-support", {}), ("close", "declined_by_person")], [(REFERRAL_CODE, False)]),
        ([("accept", {}), ("close", "declined_by_person")], [(DECLINED_CODE, True)]),
        ([("accept", {}), ("close", "declined_by_person"), ("reopen", "person_came_back")], [(DECLINED_CODE, False)]),
        ([("accept", {}), ("close", "unable_to_contact")], []),
        ([("accept", {}), ("close", "unable_to_contact"), ("reopen", "person_came_back")], [(REFERRAL_CODE, True)]),
    ],
)
def test_the_two_codes_by_their_rule(steps, told, cast, referral_at, as_user):
    """Once per referral, when the person accepts, or when they decline; never both (field notes 2.4, S67)."""
    referral = referral_at("submitted")
    for step, said in steps:
        said = {"outcome": said} if step == "close" else {"reason": said} if step == "reopen" else said
        take(as_user(cast.lead), referral, step, said)
    codes = newest(as_user(cast.gp), referral)["codes"]
    assert [(code["code"], code["record_now"]) for code in codes] == told
    new = [
        code["code"] for message in MessageBack.objects.all() for code in message.document["codes"]
        if code["record_now"]
    ]  # fmt: skip
    assert len(new) <= 1


def test_no_note_between_team_and_provider_and_no_other_internal_note_is_in_any_form(cast, as_user, now):
    """Every text that a person can type on the way carries a marker; only what was said to the referrer comes back."""
    marker = (f"MARKER{number}X" for number in count(1))
    said = {}

    def note(where):
        said[where] = next(marker)
        return said[where]

    gp, worker, lead, provider = (as_user(who) for who in (cast.gp, cast.link_worker, cast.lead, cast.provider))
    referral = stage.created(cast, at=now, reason=note("reason"), needs=((cast.loneliness.pk, note("need")),))
    url = f"/api/v1/referrals/{referral.reference}/"
    take(worker, referral, "request-information", {"note": note("question")})
    take(gp, referral, "provide-information", {"note": note("answer")})
    take(worker, referral, "accept", {"note": note("accept")})
    take(worker, referral, "start-support", {"note": note("start")})
    take(worker, referral, "hold", {"reason": "away", "until": "2026-12-01", "note": note("hold")})
    take(worker, referral, "resume", {"note": note("resume")})
    assert worker.post(f"{url}consents/", {"decision": "given", "note": note("consent")}).status_code == 201
    observation = {"code": "asthma", "answer": "yes", "note": note("observation")}
    assert worker.post(f"{url}observations/", {"observations": [observation]}).status_code == 201
    sent = worker.post(
        f"{url}onward-referrals/", {"service": str(cast.walking.pk), "handover_note": note("handover")}
    ).json()  # fmt: skip
    onward = f"/api/v1/onward-referrals/{sent['reference']}/"
    asked = provider.post(f"{onward}request-information/", {"note": note("provider asks")})
    answered = worker.post(f"{onward}provide-information/", {"note": note("worker answers")})
    declined = provider.post(f"{onward}decline/", {"reason": "safety_risk", "note": note("decline")})
    assert (asked.status_code, answered.status_code, declined.status_code) == (200, 200, 200)
    take(worker, referral, "close", {"outcome": "goals_met", "note": note("close")})
    take(lead, referral, "reopen", {"reason": "person_came_back", "note": note("reopen")})

    found: dict[str, list[set[str]]] = {}
    for row in listed(gp, referral):
        forms = [gp.get(f"{row['url']}?format={form}").content.decode(errors="ignore") for form in ("json", "html")]
        for form in forms:
            found.setdefault(row["reference"], []).append({where for where, text in said.items() if text in form})
    expected = [set(), {"close"}, set(), {"accept"}, {"question"}]  # reopen, close, start support, accept, ask
    assert list(found.values()) == [[only, only] for only in expected]
