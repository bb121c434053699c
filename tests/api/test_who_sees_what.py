"""A GP, a link worker, a provider and the others each ask for all that exists; we know exactly what each gets."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Organization, Team
from referrals.models import OnwardReferral
from services_directory.models import Organization as ListedOrganization
from services_directory.models import Service


def thrown_away(referral_at, as_user, cast):
    draft = referral_at("draft")
    as_user(cast.gp).post(f"/api/v1/referrals/{draft.reference}/withdraw/", {"reason": "sent_by_mistake"})
    return draft


@pytest.fixture
def town(cast, referral_at, onward_at, as_user):
    """One of each kind of thing that somebody must not see."""
    walking = onward_at("sent")
    return {
        "draft": referral_at("draft"),
        "a draft that was thrown away": thrown_away(referral_at, as_user, cast),
        "sent to Vale": referral_at("submitted"),
        "from the hospital": referral_at("submitted", by=cast.discharge_nurse),
        "sent to Hill": referral_at("submitted", team_id=cast.neighbouring_team.pk),
        "with walking": walking.referral,
        "with visiting": onward_at("sent", service=cast.visiting).referral,
        "turned away by walking": onward_at("declined").referral,
        "to the scheme": referral_at("submitted", team_id=None, service_id=cast.scheme.pk),
    }


ALL_OF_VALE = {"sent to Vale", "from the hospital", "with walking", "with visiting", "turned away by walking"}
REFERRALS = {
    "gp": {
        "draft",
        "a draft that was thrown away",
        "sent to Vale",
        "sent to Hill",
        "with walking",
        "with visiting",
        "turned away by walking",
        "to the scheme",
    },
    "discharge_nurse": {"from the hospital"},
    "link_worker": ALL_OF_VALE,
    "lead": ALL_OF_VALE,
    "neighbouring_link_worker": {"sent to Hill"},
    "hub_worker": {"to the scheme"},
    "provider": set(),
    "befriender": set(),
    "manager": set(),
    "outsider": set(),
}
ONWARD = {
    "gp": {"with walking", "with visiting", "turned away by walking", "to the scheme"},
    "discharge_nurse": set(),
    "link_worker": {"with walking", "with visiting", "turned away by walking"},
    "lead": {"with walking", "with visiting", "turned away by walking"},
    "neighbouring_link_worker": set(),
    "hub_worker": {"to the scheme"},
    "provider": {"with walking", "turned away by walking"},
    "befriender": {"with visiting"},
    "manager": set(),
    "outsider": set(),
}


def all_pages(client, url):
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        yield from answer.json()["results"]
        url = answer.json()["next"]


@pytest.mark.parametrize("who", list(REFERRALS))
def test_each_sees_exactly_their_own(who, cast, town, as_user):
    client = as_user(getattr(cast, who))
    names = {referral.reference: name for name, referral in town.items()}
    listed = {names[row["reference"]] for row in all_pages(client, "/api/v1/referrals/?page_size=2")}
    assert listed == REFERRALS[who]
    owners = {
        onward.reference: names[onward.referral.reference]
        for onward in OnwardReferral.objects.select_related("referral")
    }
    listed = {owners[row["reference"]] for row in all_pages(client, "/api/v1/onward-referrals/?page_size=2")}
    assert listed == ONWARD[who]


@pytest.mark.parametrize("who", list(REFERRALS))
def test_what_is_not_listed_does_not_exist_by_any_address(who, cast, town, as_user):
    client = as_user(getattr(cast, who))
    for name, referral in town.items():
        expected = 200 if name in REFERRALS[who] else 404
        for address in ("", "events/"):
            assert (client.get(f"/api/v1/referrals/{referral.reference}/{address}").status_code, name) == (
                expected,
                name,
            )
        if expected == 404:
            for address, body in (
                ("allocate/", {"owner": str(cast.link_worker.pk)}),
                ("consents/", {"decision": "withdrawn"}),
                ("onward-referrals/", {"service": str(cast.walking.pk)}),
                ("accept/", {}),
            ):
                answer = client.post(f"/api/v1/referrals/{referral.reference}/{address}", body)
                assert (answer.status_code, name, address) == (404, name, address)
    for onward in OnwardReferral.objects.select_related("referral"):
        name = next(name for name, referral in town.items() if referral.pk == onward.referral_id)
        expected = 200 if name in ONWARD[who] else 404
        for address in ("", "events/", "attendances/"):
            answer = client.get(f"/api/v1/onward-referrals/{onward.reference}/{address}")
            assert (answer.status_code, name, address) == (expected, name, address)


@pytest.mark.parametrize("who", list(REFERRALS))
def test_the_directory_is_for_everybody_who_is_signed_in(who, cast, as_user):
    names = [row["name"] for row in all_pages(as_user(getattr(cast, who)), "/api/v1/services/?page_size=3")]
    assert names == sorted(Service.objects.values_list("name", flat=True))


def test_a_provider_sees_who_comes_and_how_to_reach_them_and_nothing_of_why(cast, town, as_user):
    onward = OnwardReferral.objects.get(referral=town["with walking"])
    seen = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    assert seen["person"] == {
        "first_name": "Rose",
        "family_name": "Okafor",
        "date_of_birth": "1951-03-27",
        "telephone": "0161 496 0111",
        "email": "",
        "preferred_contact": "",
        "communication_needs": "",
        "contact": {
            "permissions": {
                "email": "not_asked",
                "sms": "not_asked",
                "telephone": "not_asked",
                "voicemail": "not_asked",
                "letter": "not_asked",
            },
            "telephone_rule": "",
            "interpreter_language": "",
            "needs_bsl_interpreter": False,
            "information_formats": [],
        },
    }
    assert (seen["risks"], seen["handover_note"]) == ([{"is_none_known": True, "description": ""}], "Prefers mornings.")
    everything = str(seen)
    assert "husband" not in everything
    assert "9990000018" not in everything
    assert "Loneliness" not in everything


def test_a_provider_that_turned_a_person_away_no_longer_sees_who_it_was(cast, town, as_user):
    onward = OnwardReferral.objects.get(referral=town["turned away by walking"])
    seen = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    assert (seen["status"], seen["person"], seen["risks"], seen["handover_note"]) == ("declined", None, None, None)
    assert "Okafor" not in str(seen)


def test_a_provider_that_no_longer_sees_the_person_no_longer_reads_the_notes(cast, onward_at, as_user):
    onward = onward_at("information_requested")
    client, url = as_user(cast.provider), f"/api/v1/onward-referrals/{onward.reference}/events/"
    assert "Which days suit her?" in client.get(url).content.decode()
    as_user(cast.link_worker).post(
        f"/api/v1/onward-referrals/{onward.reference}/withdraw/",
        {"reason": "moved", "note": "Rose has moved to Leeds."},
    )
    assert [row["note"] for row in client.get(url).json()["results"]] == ["", "", ""]


def test_a_provider_no_longer_sees_a_person_who_withdrew_consent(cast, town, as_user):
    onward = OnwardReferral.objects.get(referral=town["with walking"])
    as_user(cast.link_worker).post(
        f"/api/v1/referrals/{onward.referral.reference}/consents/", {"decision": "withdrawn", "note": "By telephone."}
    )
    seen = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    assert (seen["person"], seen["handover_note"]) == (None, None)
    assert (
        as_user(cast.link_worker).get(f"/api/v1/onward-referrals/{onward.reference}/").json()["person"]["first_name"]
        == "Rose"
    )


def test_what_provider_and_link_worker_say_to_each_other_is_not_for_the_referrer(cast, onward_at, as_user):
    onward = onward_at("information_requested")
    url = f"/api/v1/referrals/{onward.referral.reference}/events/"

    def question_as(user):
        return next(
            row["note"] for row in as_user(user).get(url).json()["results"] if row["kind"] == "request_information"
        )

    assert as_user(cast.gp).get(f"/api/v1/onward-referrals/{onward.reference}/").json()["handover_note"] is None
    assert (question_as(cast.gp), question_as(cast.link_worker)) == ("", "Which days suit her?")


@pytest.mark.parametrize("kind", ["referrals", "onward-referrals", "services", "teams"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(kind, cast, onward_at, as_user):
    def queries(client):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/api/v1/{kind}/").status_code == 200
        return len(captured)

    onward_at("started")
    few = queries(as_user(cast.link_worker))
    onward_at("accepted")
    onward_at("declined")
    for name in ("Second", "Third"):
        organization = Organization.objects.create(name=f"{name} Network", kind="link_worker_host")
        Team.objects.create(
            organization=organization, name=f"{name} team", inbox_email="x@inbox.example", takes_referrals=True
        )
        listed = ListedOrganization.objects.create(name=f"{name} Charity", description="Runs things")
        Service.objects.create(organization=listed, name=f"{name} service")
    assert queries(as_user(cast.link_worker)) == few
    assert few <= 10


def test_a_provider_no_longer_sees_a_person_of_a_referral_made_in_error(cast, onward_at, as_user):
    onward = onward_at("completed")
    as_user(cast.lead).post(
        f"/api/v1/referrals/{onward.referral.reference}/enter-in-error/", {"reason": "wrong_person"}
    )
    seen = as_user(cast.provider).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    assert (seen["status"], seen["person"]) == ("completed", None)


def test_two_roles_of_one_person_do_not_add_up_to_more_than_each(cast, onward_at, as_user):
    Membership.objects.create(user=cast.gp, team=cast.leisure, role="provider")
    onward = onward_at("withdrawn")
    seen = as_user(cast.gp).get(f"/api/v1/onward-referrals/{onward.reference}/").json()
    assert (seen["person"]["first_name"], seen["handover_note"]) == ("Rose", None)
