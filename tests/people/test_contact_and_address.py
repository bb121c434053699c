"""How a person may be reached, where they live, and their number: given by the referrer, corrected by the team."""

import pytest

from referrals.enums import ContactChannel
from referrals.models import AddressRecord, Person, PersonChange, Referral, ReferralEvent
from referrals.reaching import may_contact

CHANNELS = [str(channel) for channel in ContactChannel]


def post(client, referral, what, body):
    return client.post(f"/api/v1/referrals/{referral.reference}/{what}/", body)


def state():
    return (
        list(Person.objects.order_by("pk").values()), list(Referral.objects.order_by("pk").values()),
        ReferralEvent.objects.count(), AddressRecord.objects.count(), PersonChange.objects.count(),
    )  # fmt: skip


def allowed(referral):
    row = Referral.objects.get(pk=referral.pk)
    return [channel for channel in CHANNELS if may_contact(row, ContactChannel(channel))]


def test_what_a_referrer_gives_comes_back_and_goes_to_the_provider(cast, as_user):
    contact = {
        "permissions": {"email": "no", "sms": "yes", "telephone": "yes", "voicemail": "not_asked", "letter": "yes"},
        "telephone_rule": "", "interpreter_language": "Urdu", "needs_bsl_interpreter": False,
        "information_formats": ["easy_read", "large_print"],
    }  # fmt: skip
    answer = as_user(cast.gp).post("/api/v1/referrals/", {
        "person": {"first_name": "Amina", "family_name": "Shah", "date_of_birth": "1960-02-03",
                   "gp_practice_code": "Z90001", "contact": contact},
        "team": str(cast.team.pk), "reason": "Lonely.", "no_known_risks": True,
    })  # fmt: skip
    assert (answer.status_code, answer.json()["person"]["contact"]) == (201, contact)


PERMITTED = [
    ("nothing asked", {}, []),
    ("yes to two", {"permissions": {"sms": "yes", "letter": "yes", "email": "no"}}, ["sms", "letter"]),
    ("by telephone only", {"telephone_rule": "phone_only", "permissions": {"email": "yes", "sms": "yes"}},
     ["telephone"]),
    ("do not telephone", {"telephone_rule": "do_not_phone",
                          "permissions": {"telephone": "yes", "voicemail": "yes", "sms": "yes"}}, ["sms"]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "channels"), [row[1:] for row in PERMITTED], ids=[row[0] for row in PERMITTED])
def test_only_a_yes_is_a_yes(said, channels, cast, as_user, referral_at):
    referral = referral_at("active")
    if said:
        assert post(as_user(cast.link_worker), referral, "change-contact", said).status_code == 200
    assert allowed(referral) == channels


def test_a_change_of_contact_keeps_its_history_and_repeats_no_number(cast, as_user, referral_at):
    referral = referral_at("active")
    said = {"telephone": "07700 900123", "permissions": {"sms": "yes"}}
    answer = post(as_user(cast.link_worker), referral, "change-contact", said)
    assert (answer.status_code, answer.json()["person"]["telephone"]) == (200, "07700 900123")
    event = referral.events.latest("sequence")
    assert (event.kind, event.details) == (
        "contact_changed",
        {"changed": ["may_sms", "telephone"], "before": {"may_sms": "not_asked"}, "after": {"may_sms": "yes"}},
    )
    before = state()
    again = post(as_user(cast.link_worker), referral, "change-contact", said)
    refused = post(as_user(cast.gp), referral, "change-contact", {"telephone": "07700 900124"})
    assert [again.status_code, refused.status_code] == [400, 403]
    assert state() == before


def test_rose_moves_loses_her_home_and_both_addresses_stay(cast, as_user, referral_at):
    referral = referral_at("active")
    client = as_user(cast.link_worker)
    moved = post(client, referral, "addresses", {"address": "2 Mill Lane", "postcode": "sk13xe"})
    homeless = post(client, referral, "addresses", {"postcode": "ZZ99 3VZ"})
    letters = post(client, referral, "addresses", {"kind": "correspondence", "address": "c/o Ann\n1 High St"})
    assert [answer.status_code for answer in (moved, homeless, letters)] == [201] * 3
    listed = client.get(f"/api/v1/referrals/{referral.reference}/addresses/").json()["results"]
    assert [(row["kind"], row["address"], row["postcode"], row["is_no_fixed_abode"]) for row in listed] == [
        ("correspondence", "c/o Ann\n1 High St", "", False), ("home", "", "ZZ99 3VZ", True),
        ("home", "2 Mill Lane", "SK1 3XE", False), ("home", "", "SK5 8BS", False),
    ]  # fmt: skip
    person = client.get(f"/api/v1/referrals/{referral.reference}/").json()["person"]
    assert (person["address"], person["postcode"]) == ("", "ZZ99 3VZ")
    assert referral.events.latest("sequence").details == {"kind": "correspondence"}


BAD_ADDRESSES = [
    ({}, "address"),
    ({"postcode": "SK5"}, "postcode"),
    ({"address": "x", "from_on": "1999-01-01"}, "from_on"),
]


@pytest.mark.parametrize(("body", "field"), BAD_ADDRESSES)
def test_an_address_that_cannot_be_right_changes_nothing(body, field, cast, as_user, referral_at):
    referral = referral_at("active")
    before = state()
    answer = post(as_user(cast.link_worker), referral, "addresses", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert post(as_user(cast.gp), referral, "addresses", {"address": "2 Mill Lane"}).status_code == 403
    assert state() == before


def test_a_lead_corrects_the_number_and_its_history_is_kept(cast, as_user, referral_at):
    referral = referral_at("active")
    said = {"nhs_number": "999 000 0026", "nhs_number_status": "01", "note": "Read from her letter."}
    answer = post(as_user(cast.lead), referral, "correct-nhs-number", said)
    assert (answer.status_code, answer.json()["person"]["nhs_number"]) == (200, "9990000026")
    assert Person.objects.get(pk=referral.person_id).nhs_number == "9990000026"
    change = PersonChange.objects.get()
    assert (change.before, change.after) == (
        {"nhs_number": "9990000018", "nhs_number_status": "02"},
        {"nhs_number": "9990000026", "nhs_number_status": "01"},
    )
    assert "999" not in str(referral.events.latest("sequence").details)


BAD_NUMBERS = [
    ("a wrong check digit", {"nhs_number": "9990000027", "nhs_number_status": "01"}, "nhs_number"),
    ("a number that is said not to be there", {"nhs_number": "9990000026", "nhs_number_status": "07"},
     "nhs_number_status"),
    ("no number, verified", {"nhs_number": "", "nhs_number_status": "01"}, "nhs_number_status"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "field"), [row[1:] for row in BAD_NUMBERS], ids=[row[0] for row in BAD_NUMBERS])
def test_a_number_that_cannot_be_right_changes_nothing(said, field, cast, as_user, referral_at):
    referral = referral_at("active")
    before = state()
    answer = post(as_user(cast.lead), referral, "correct-nhs-number", said | {"note": "From a letter."})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    refused = post(as_user(cast.link_worker), referral, "correct-nhs-number",
                   {"nhs_number": "9990000026", "nhs_number_status": "01", "note": "x"})  # fmt: skip
    assert refused.status_code == 403
    assert state() == before
