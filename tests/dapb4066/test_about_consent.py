"""What of consent, of reaching the person and of the way of the referral a document tells."""

import pytest

from referrals.models import Referral


def test_consent_tells_each_decision_that_counts_for_those_whom_it_names(
    cast, referral_at, tell, post, time_machine, now
):
    referral = referral_at("active", consent=None)
    assert "Consent" not in tell(cast.gp, referral)
    for said in (
        {"decision": "refused"},  # taken back by the next
        {"decision": "given", "how_given": "in_person", "expires_on": "2026-11-10"},
        {"decision": "refused", "to_service": str(cast.visiting.pk), "note": "She knows them."},
        {"purpose": "message_to_practice", "decision": "given", "basis": "best_interests", "note": "Daughter spoke."},
    ):
        post(cast.link_worker, referral, "consents", said)
    others = [
        "Sharing with services (Visiting): did not agree on 3 November 2026, recorded by Lou Marsh. She knows them.",
        "A message to the registered practice: agreed on 3 November 2026, best-interests decision: the person lacks "
        "capacity, recorded by Lou Marsh. Daughter spoke.",
    ]
    everybody = (
        "Sharing with services: agreed on 3 November 2026, in person, {} 10 November 2026, recorded by Lou Marsh."
    )
    said = tell(cast.gp, referral)["Consent"]["Consent for information sharing"]
    assert said == " ".join([everybody.format("until"), *others])
    time_machine.move_to(now.replace(day=11), tick=False)
    said = tell(cast.gp, referral)["Consent"]["Consent for information sharing"]
    assert said == " ".join([everybody.format("ran out on"), *others])


def test_how_the_person_may_be_reached_is_told_and_where_else_they_are_until_they_are_not(
    cast, referral_at, tell, post, time_machine, now
):
    referral = referral_at("active")
    details = tell(cast.gp, referral)["Person demographics"]["Person's contact details"]
    assert "Other contact information" not in details
    change = {"permissions": {"letter": "yes", "voicemail": "no"}, "information_formats": ["braille"]}
    post(cast.link_worker, referral, "change-contact", change)
    for until in ("2026-11-04", "2026-11-05"):
        there = {"kind": "temporary", "address": "3 Mill Lane\nHill", "postcode": "sk11aa", "until_on": until}
        post(cast.link_worker, referral, "addresses", there)
    document = tell(cast.gp, referral)
    reached = document["Person demographics"]["Person's contact details"]["Other contact information"]
    assert reached == (
        "No: a message on the telephone · Yes: letter · Temporary until 5 November 2026: 3 Mill Lane, Hill, SK1 1AA"
    )
    assert document["Individual requirements"]["Reasonable adjustment"]["Reasonable adjustment record entry"] == [
        {"Reasonable adjustment flag": True, "Reasonable adjustment additional detail": "Braille"}
    ]
    time_machine.move_to(now.replace(day=6), tick=False)
    details = tell(cast.gp, referral)["Person demographics"]["Person's contact details"]
    assert details["Other contact information"] == "No: a message on the telephone · Yes: letter"


def test_what_no_longer_fits_is_never_a_no(cast, referral_at, tell, post):
    referral = referral_at("active")
    post(cast.link_worker, referral, "change-contact", {"permissions": {"email": "no", "sms": "yes"}})
    for kind in ("temporary", "correspondence"):
        post(cast.link_worker, referral, "addresses", {"kind": kind, "address": "x" * 180, "postcode": "SK1 1AA"})
    reached = tell(cast.gp, referral)["Person demographics"]["Person's contact details"]["Other contact information"]
    assert reached == f"No: email · Yes: text message · Temporary: {'x' * 180}, SK1 1AA"


@pytest.mark.parametrize(("method", "told"), [("fax", "Fax"), ("e_referral", "NHS E-Referral Service")])
def test_the_method_of_the_referral_is_told_by_the_standards_word(cast, referral_at, tell, method, told):
    referral = referral_at("submitted")
    Referral.objects.filter(pk=referral.pk).update(referral_method=method)
    [entry] = tell(cast.gp, referral)["Referral details"]["Referral details record entry"]
    assert entry["Referral method"] == told
