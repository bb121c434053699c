"""Recording what a person decided: what may be said, who may say it, who is told, and what is read back."""

import datetime as dt
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.models import OutboxMessage
from referrals.models import Consent, ConsentClock, Referral, ReferralEvent
from tests import stage


def url(referral):
    return f"/api/v1/referrals/{referral.reference}/consents/"


def everything():
    return (
        Consent.objects.count(), ConsentClock.objects.count(), ReferralEvent.objects.count(),
        OutboxMessage.objects.count(), list(Referral.objects.order_by("id").values()),
    )  # fmt: skip


def told():
    return sorted(OutboxMessage.objects.values_list("recipient", "template", "context__reference"))


def test_an_organisation_is_found_by_its_kind_and_named_in_a_consent(cast, referral_at, as_user):
    referral, client = referral_at("active", consent=None), as_user(cast.link_worker)
    listed = client.get("/api/v1/organizations/", {"kind": "provider"}).json()["results"]
    assert [each["name"] for each in listed] == ["Company Charity", "Leisure Trust"]
    assert listed[1] == {
        "id": str(cast.leisure.organization_id), "name": "Leisure Trust", "kind": "provider", "ods_code": "",
    }  # fmt: skip
    answer = client.post(url(referral), {"decision": "given", "to_organization": listed[1]["id"]})
    assert answer.status_code == 201
    assert answer.json()["to_organization"] == {"id": listed[1]["id"], "name": "Leisure Trust"}

    [practice] = client.get("/api/v1/organizations/", {"ods_code": "Z90001"}).json()["results"]
    assert practice["name"] == "Vale Practice"
    assert client.get("/api/v1/organizations/", {"kind": "circus"}).status_code == 400
    cast.leisure.organization.is_active = False
    cast.leisure.organization.save()
    names = [each["name"] for each in client.get("/api/v1/organizations/").json()["results"]]
    assert names == ["Company Charity", "Far Network", "Town Council", "Town Hospital", "Town Network", "Vale Practice"]


# --- What is read back --------------------------------------------------------------------------------------------


def test_a_decision_says_for_what_to_whom_how_and_until_when(cast, referral_at, as_user):
    referral = referral_at("active", consent=None)
    sent = {
        "decision": "given", "to_service": str(cast.walking.pk), "how_given": "by_representative",
        "note": "Her daughter, who holds her power of attorney for health.", "decided_on": "2026-11-02",
        "expires_on": "2027-05-31",
    }  # fmt: skip
    answer = as_user(cast.link_worker).post(url(referral), sent)
    expected = {
        "purpose": "share_with_providers",
        "to_service": {"id": str(cast.walking.pk), "name": "Walking group"},
        "to_organization": None,
        "decision": "given",
        "basis": "consent",
        "how_given": "by_representative",
        "note": "Her daughter, who holds her power of attorney for health.",
        "decided_on": "2026-11-02",
        "expires_on": "2027-05-31",
        "recorded_by": "Lou Marsh",
        "recorded_at": answer.json()["recorded_at"],
        "counts": True,
    }
    assert (answer.status_code, answer.json()) == (201, expected)
    assert expected["recorded_at"].startswith("2026-11-03T09:30")
    assert as_user(cast.gp).get(url(referral)).json()["results"] == [expected]
    assert as_user(cast.gp).get(f"/api/v1/referrals/{referral.reference}/").json()["consents"] == [expected]
    event = referral.events.latest("sequence")
    assert (event.kind, event.details, event.note) == (
        "consent_recorded",
        {"decision": "given", "basis": "consent", "purpose": "share_with_providers", "to": "service",
         "expires_on": "2027-05-31"},
        "",
    )  # fmt: skip


def test_an_old_body_means_what_it_meant(cast, referral_at, as_user):
    referral = referral_at("active", consent=None)
    answer = as_user(cast.link_worker).post(url(referral), {"decision": "given", "note": "Agreed on the telephone."})
    said = answer.json()
    assert answer.status_code == 201
    assert (said["purpose"], said["to_service"], said["to_organization"], said["expires_on"], said["decided_on"]) == (
        "share_with_providers", None, None, None, "2026-11-03",
    )  # fmt: skip


def test_the_list_is_newest_first_and_says_which_count(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.link_worker)  # the first: a yes to all
    for body in (
        {"decision": "refused", "to_organization": str(cast.befriending.organization_id)},
        {"decision": "given", "purpose": "message_to_practice", "how_given": "by_telephone"},
        {"decision": "withdrawn", "purpose": "message_to_practice", "how_given": "by_telephone"},
        {"decision": "given", "expires_on": "2026-11-03"},
    ):
        assert client.post(url(referral), body).status_code == 201
    rows = [
        (row["decision"], row["purpose"], (row["to_organization"] or {}).get("name"), row["counts"])
        for row in client.get(url(referral)).json()["results"]
    ]
    assert rows == [
        ("given", "share_with_providers", None, True),
        ("withdrawn", "message_to_practice", None, True),
        ("given", "message_to_practice", None, False),
        ("refused", "share_with_providers", "Company Charity", True),
        ("given", "share_with_providers", None, False),
    ]
    whole = client.get(f"/api/v1/referrals/{referral.reference}/").json()["consents"]
    assert [row["counts"] for row in whole] == [False, True, False, True, True]


def test_a_consent_that_is_over_does_not_count_in_the_list_either(cast, referral_at, as_user, time_machine):
    referral, client = referral_at("active", consent=None), as_user(cast.link_worker)
    client.post(url(referral), {"decision": "given", "expires_on": "2026-11-03"})
    assert [row["counts"] for row in client.get(url(referral)).json()["results"]] == [True]
    time_machine.move_to(dt.datetime(2026, 11, 4, 0, 1, tzinfo=dt.UTC))
    assert [row["counts"] for row in client.get(url(referral)).json()["results"]] == [False]


def test_more_decisions_need_no_more_queries(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.link_worker)

    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    whole = f"/api/v1/referrals/{referral.reference}/"
    client.get(url(referral))  # who asks is read once
    few = queries(url(referral)), queries(whole)
    for body in (
        {"decision": "given", "to_service": str(cast.walking.pk)},
        {"decision": "refused", "to_service": str(cast.visiting.pk)},
        {"decision": "refused", "to_organization": str(cast.befriending.organization_id)},
    ):
        client.post(url(referral), body)
    assert (queries(url(referral)), queries(whole)) == few
    assert few[0] <= 4  # who asks; the decisions; and that they were read is written down


# --- What may be said ---------------------------------------------------------------------------------------------

WRONG = [
    ("no such purpose", {"purpose": "marketing"}, "purpose"),
    ("a misspelt field", {"until": "2027-01-01"}, "until"),
    ("best interests without a reason", {"basis": "best_interests"}, "note"),
    ("best interests, and yet given", {"basis": "best_interests", "note": "x", "how_given": "in_person"}, "how_given"),
    (
        "best interests for research",
        {"basis": "best_interests", "note": "x", "purpose": "contact_by_research"},
        "basis",
    ),
    ("a representative without a name", {"how_given": "by_representative"}, "note"),
    ("said tomorrow", {"decided_on": "2026-11-04"}, "decided_on"),
    ("over already", {"expires_on": "2026-11-02"}, "expires_on"),
    ("in eleven years", {"expires_on": "2037-11-02"}, "expires_on"),
    ("a no with a last day", {"decision": "refused", "expires_on": "2027-01-01"}, "expires_on"),
    ("a full message with a last day", {"purpose": "full_message_back", "expires_on": "2027-01-01"}, "expires_on"),
    ("nobody's service", {"to_service": str(uuid4())}, "to_service"),
    ("nobody's organisation", {"to_organization": str(uuid4())}, "to_organization"),
]


@pytest.mark.parametrize(("body", "field"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_be_right_is_refused_and_writes_nothing(body, field, cast, referral_at, as_user):
    referral = referral_at("active")
    before = everything()
    answer = as_user(cast.link_worker).post(url(referral), {"decision": "given"} | body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert everything() == before
    # In the form of a referral the same is refused, and says where.
    made = as_user(cast.gp).post("/api/v1/referrals/", form(cast, consents=[{"decision": "given"} | body]))
    assert made.status_code == 400
    assert [name.startswith("consents") for name in made.json()["errors"]] == [True]
    assert everything() == before


def test_two_recipients_or_a_service_for_another_purpose_are_refused(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.link_worker)
    before = everything()
    service, organization = str(cast.walking.pk), str(cast.leisure.organization_id)
    both = client.post(url(referral), {"decision": "given", "to_service": service, "to_organization": organization})
    other = client.post(url(referral), {"decision": "given", "to_service": service, "purpose": "contact_by_research"})
    assert [(each.status_code, list(each.json()["errors"])) for each in (both, other)] == [
        (400, ["to_organization"]), (400, ["to_service"]),
    ]  # fmt: skip
    assert everything() == before


ROW = {"decision": "given", "decided_on": dt.date(2026, 11, 2)}
WRONG_ROWS = [
    ("consent_purpose_known", {"purpose": "marketing"}),
    ("consent_decision_known", {"decision": "perhaps"}),
    ("consent_how_given_known", {"how_given": "by_pigeon"}),
    ("consent_best_interests_says_why", {"basis": "best_interests"}),
    ("consent_best_interests_is_about_care", {"basis": "best_interests", "note": "x", "how_given": "in_person"}),
    (
        "consent_best_interests_is_about_care",
        {"basis": "best_interests", "note": "x", "purpose": "contact_by_research"},
    ),
    ("consent_representative_is_named", {"how_given": "by_representative"}),
    ("consent_that_ends_is_a_yes", {"expires_on": dt.date(2026, 11, 1)}),
    ("consent_that_ends_is_a_yes", {"decision": "refused", "expires_on": dt.date(2026, 12, 1)}),
    ("consent_that_ends_is_a_yes", {"purpose": "full_message_back", "expires_on": dt.date(2026, 12, 1)}),
    ("consent_names_one_recipient", {"to_organization_id": "leisure", "to_service_id": "walking"}),
    ("consent_names_one_recipient", {"purpose": "message_to_practice", "to_service_id": "walking"}),
]


@pytest.mark.parametrize(("constraint", "changes"), WRONG_ROWS)
def test_the_database_refuses_what_the_services_refuse(constraint, changes, cast, referral_at, now):
    referral = referral_at("active")
    ids = {"walking": cast.walking.pk, "leisure": cast.leisure.organization_id}
    values = ROW | {name: ids[value] if name.startswith("to_") else value for name, value in changes.items()}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Consent.objects.create(referral=referral, recorded_by=cast.gp, recorded_at=now, **values)


def test_who_has_nothing_to_do_with_the_person_says_nothing_for_them(cast, onward_at, as_user):
    onward = onward_at("started")
    before = everything()
    for who in (cast.provider, cast.neighbouring_link_worker, cast.outsider, cast.manager):
        for ask in (as_user(who).get, as_user(who).post):
            assert ask(url(onward.referral), {"decision": "given"}).status_code == 404
    assert everything() == before


# --- A form with several decisions --------------------------------------------------------------------------------


def form(cast, **more):
    return {
        "person": {"first_name": "Rose", "family_name": "Okafor", "date_of_birth": "1951-03-27",
                   "gp_practice_code": "Z90001"},
        "team": str(cast.team.pk), "reason": "Has stopped going out.", "no_known_risks": True,
    } | more  # fmt: skip


def test_a_form_carries_several_decisions(cast, as_user):
    answer = as_user(cast.gp).post(
        "/api/v1/referrals/",
        form(
            cast,
            consent={"decision": "given", "how_given": "in_person"},
            consents=[
                {"decision": "refused", "to_organization": str(cast.befriending.organization_id)},
                {"decision": "given", "purpose": "message_to_practice", "how_given": "in_person"},
                {"decision": "withdrawn", "purpose": "full_message_back"},
            ],
        ),
    )
    assert answer.status_code == 201
    assert [(row["decision"], row["purpose"], row["counts"]) for row in answer.json()["consents"]] == [
        ("given", "share_with_providers", True),
        ("refused", "share_with_providers", True),
        ("given", "message_to_practice", True),
        ("withdrawn", "full_message_back", True),
    ]
    assert ReferralEvent.objects.get().details == {
        "consent": {"decision": "given", "basis": "consent"},
        "consents": [
            {"decision": "refused", "basis": "consent", "purpose": "share_with_providers", "to": "organization"},
            {"decision": "given", "basis": "consent", "purpose": "message_to_practice", "to": "everybody"},
            {"decision": "withdrawn", "basis": "consent", "purpose": "full_message_back", "to": "everybody"},
        ],
    }


def test_two_decisions_about_the_same_are_one_too_many(cast, as_user):
    twice = form(cast, consent={"decision": "given"}, consents=[{"decision": "refused"}])
    answer = as_user(cast.gp).post("/api/v1/referrals/", twice)
    assert (answer.status_code, list(answer.json()["errors"]), Referral.objects.count()) == (400, ["consents"], 0)


def test_a_draft_takes_back_what_it_no_longer_says_and_repeats_nothing(cast, as_user):
    client = as_user(cast.gp)
    practice = {"decision": "given", "purpose": "message_to_practice"}
    held_back = {"decision": "withdrawn", "purpose": "full_message_back"}
    first = form(cast, draft=True, consent={"decision": "given"}, consents=[practice, held_back])
    made = client.post("/api/v1/referrals/", first).json()
    address = f"/api/v1/referrals/{made['reference']}/"
    assert len(client.put(address, first).json()["consents"]) == 3
    later = client.put(address, form(cast, draft=True, consent={"decision": "given"})).json()["consents"]
    assert [(row["decision"], row["purpose"]) for row in later if row["counts"]] == [
        ("given", "share_with_providers"), ("withdrawn", "full_message_back"), ("withdrawn", "message_to_practice"),
    ]  # fmt: skip


# --- Who is told --------------------------------------------------------------------------------------------------


@pytest.fixture
def with_two(cast, now):
    """Rose takes part in the walking group, and a befriender is to visit her."""
    walking = stage.onward_at(cast, "started", at=now)
    visiting = stage.onward_at(cast, "sent", at=now, referral=walking.referral, service=cast.visiting)
    OutboxMessage.objects.all().delete()
    return walking, visiting


def test_a_no_to_one_is_told_to_that_one_and_the_link_worker(cast, with_two, as_user):
    walking, visiting = with_two
    body = {"decision": "withdrawn", "to_organization": str(cast.befriending.organization_id)}
    assert as_user(cast.gp).post(url(walking.referral), body).status_code == 201
    assert told() == [
        (cast.befriending.inbox_email, "consent_withdrawn", visiting.reference),
        (cast.link_worker.email, "consent_withdrawn", walking.referral.reference),
    ]
    seen = {
        who: as_user(who).get(f"/api/v1/onward-referrals/{onward.reference}/").json()["person"]
        for who, onward in ((cast.provider, walking), (cast.befriender, visiting))
    }
    assert (seen[cast.provider]["first_name"], seen[cast.befriender]) == ("Rose", None)
    assert Referral.objects.get().next_action_on == dt.date(2026, 11, 3)


def test_a_no_to_all_is_told_to_all(cast, with_two, as_user):
    walking, visiting = with_two
    as_user(cast.gp).post(url(walking.referral), {"decision": "withdrawn"})
    assert told() == [
        (cast.leisure.inbox_email, "consent_withdrawn", walking.reference),
        (cast.befriending.inbox_email, "consent_withdrawn", visiting.reference),
        (cast.link_worker.email, "consent_withdrawn", walking.referral.reference),
    ]


def test_who_was_told_no_before_is_not_told_again_by_a_no_to_all(cast, with_two, as_user):
    walking, _ = with_two
    as_user(cast.gp).post(url(walking.referral), {"decision": "refused", "to_service": str(cast.visiting.pk)})
    OutboxMessage.objects.all().delete()
    as_user(cast.gp).post(url(walking.referral), {"decision": "withdrawn"})
    assert told() == [
        (cast.leisure.inbox_email, "consent_withdrawn", walking.reference),
        (cast.link_worker.email, "consent_withdrawn", walking.referral.reference),
    ]


@pytest.mark.parametrize("purpose", ["message_to_practice", "full_message_back", "contact_by_research"])
def test_a_no_to_another_purpose_concerns_no_provider(purpose, cast, with_two, as_user):
    walking, _ = with_two
    due = Referral.objects.get().next_action_on
    as_user(cast.gp).post(url(walking.referral), {"decision": "withdrawn", "purpose": purpose})
    assert told() == [(cast.link_worker.email, "consent_withdrawn", walking.referral.reference)]
    assert Referral.objects.get().next_action_on == due
    seen = as_user(cast.provider).get(f"/api/v1/onward-referrals/{walking.reference}/").json()
    assert seen["person"]["first_name"] == "Rose"


def test_a_yes_is_told_to_nobody(cast, with_two, as_user):
    walking, _ = with_two
    as_user(cast.gp).post(url(walking.referral), {"decision": "given"})
    assert told() == []


def test_after_the_end_whoever_still_has_the_person_is_told(cast, onward_at, as_user, now):
    came = onward_at("completed")
    stage.onward_at(cast, "withdrawn", at=now, referral=came.referral, service=cast.visiting)
    client = as_user(cast.link_worker)
    closed = client.post(f"/api/v1/referrals/{came.referral.reference}/close/", {"outcome": "goals_met"})
    assert closed.status_code == 200
    OutboxMessage.objects.all().delete()
    assert client.post(url(came.referral), {"decision": "withdrawn"}).status_code == 201
    # From the befrienders the offer was taken back: they have nothing more of her.
    assert told() == [
        (cast.leisure.inbox_email, "consent_withdrawn", came.reference),
        (cast.link_worker.email, "consent_withdrawn", came.referral.reference),
    ]
    assert Referral.objects.get().next_action_on is None


def test_after_the_end_nothing_new_is_shared_but_a_person_may_agree_to_be_asked(cast, referral_at, as_user):
    referral, client = referral_at("closed"), as_user(cast.link_worker)
    before = everything()
    refused = client.post(url(referral), {"decision": "given", "to_service": str(cast.walking.pk)})
    assert (refused.status_code, refused.json()["code"]) == (409, "referral_ended")
    assert everything() == before
    agreed = client.post(url(referral), {"decision": "given", "purpose": "contact_by_research"})
    assert agreed.status_code == 201


def test_what_is_said_of_a_referral_that_was_passed_on_holds_where_it_went(cast, referral_at, as_user):
    earlier = referral_at("redirected")
    arrived = Referral.objects.get(redirected_from=earlier)
    OutboxMessage.objects.all().delete()
    # The practice knows it by its first reference, and so does the person who rings them.
    assert as_user(cast.gp).post(url(earlier), {"decision": "withdrawn"}).status_code == 201
    rows = as_user(cast.neighbouring_link_worker).get(url(arrived)).json()["results"]
    assert [(row["decision"], row["recorded_by"], row["counts"]) for row in rows] == [
        ("withdrawn", "Gita Gill", True), ("given", "Gita Gill", False),
    ]  # fmt: skip
    assert (cast.neighbouring_team.inbox_email, "consent_withdrawn", arrived.reference) in told()
