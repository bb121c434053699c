"""Cora joins Lena's team: she chooses her own password, and Lena makes of her what the team does, nothing else."""

import datetime as dt

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.joining import NewColleague
from accounts.models import AccountEvent, Membership, User
from accounts.services import end_roles, public_desk
from accounts.teams import members_of, roles_to_give, with_roles
from core.errors import Conflict, NotVisible
from core.signed_links import signature_of
from notifications.account_messages import choose_new_password, find_reset
from notifications.joining import take_colleague_in
from notifications.models import OutboxMessage
from notifications.templates import PASSWORD_RESET, compose
from tests import stage

pytestmark = pytest.mark.django_db
PASSWORD = "three green wet umbrellas"
CORA = {
    "email": "Cora.New@work.example",
    "full_name": " Cora  New ",
    "job_title": "Link worker",
    "roles": ["link_worker"],
}


def url(team, more=""):
    return f"/api/v1/teams/{team.pk}/members/{more}"


def everything():
    return User.objects.count(), Membership.objects.count(), OutboxMessage.objects.count(), AccountEvent.objects.count()


def roles_of(user, team):
    return sorted(Membership.objects.filter(user=user, team=team).values_list("role", flat=True))


def link_of(email):
    """The reference and the signature of the link that somebody was sent last."""
    message = OutboxMessage.objects.filter(recipient__iexact=email, template="account_made").latest("occurred_at")
    reference = message.context["reference"]
    signature = signature_of(reference, purpose=PASSWORD_RESET)
    assert f"/new-password/{reference}/{signature}/" in compose(message.template, message.context).body
    assert signature not in str(message.context)
    return reference, signature


@pytest.fixture(autouse=True)
def _tuesday(time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=1), tick=False)


def test_a_lead_takes_a_new_colleague_in_who_chooses_her_password(cast, as_user, now):
    lead = as_user(cast.lead)
    answer = lead.post(url(cast.team), CORA)
    assert (answer.status_code, answer.json()["is_new"]) == (201, True)
    cora = User.objects.get(pk=answer.json()["id"])
    assert (cora.email, cora.full_name, cora.has_usable_password()) == ("Cora.New@work.example", "Cora New", False)
    assert roles_of(cora, cast.team) == ["link_worker"]
    assert [each["full_name"] for each in lead.get(url(cast.team)).json()["members"]] == [
        "Cora New", "Lena Head", "Lou Marsh",
    ]  # fmt: skip

    reference, signature = link_of(cora.email)
    later = now + dt.timedelta(days=7)
    choose_new_password(reference=reference, signature=signature, password=PASSWORD, at=later)
    assert User.objects.get(pk=cora.pk).check_password(PASSWORD)
    with pytest.raises(Conflict):
        find_reset(reference, signature, at=later)
    refused = lead.post(url(cast.team, f"{cora.pk}/link/"))
    assert (refused.status_code, refused.json()["code"]) == (409, "has_password")


def test_the_link_ends_after_a_week_and_the_lead_sends_another(cast, as_user, now):
    lead = as_user(cast.lead)
    cora = User.objects.get(pk=lead.post(url(cast.team), CORA).json()["id"])
    first = link_of(cora.email)
    with pytest.raises(Conflict, match="seven days"):
        find_reset(*first, at=now + dt.timedelta(days=8, hours=1))
    assert as_user(cast.link_worker).post(url(cast.team, f"{cora.pk}/link/")).status_code == 404
    assert as_user(cast.manager).post(url(cast.team, f"{cora.pk}/link/")).status_code == 403
    assert lead.post(url(cast.team, f"{cast.gp.pk}/link/")).status_code == 404
    assert lead.post(url(cast.team, f"{cora.pk}/link/")).status_code == 204
    with pytest.raises(Conflict):
        find_reset(*first, at=now + dt.timedelta(days=2))
    assert AccountEvent.objects.filter(kind="invited", used_at=None).count() == 1
    end_roles(user=cora, team=cast.team)
    with pytest.raises(NotVisible):
        find_reset(*link_of(cora.email), at=now + dt.timedelta(days=2))


def test_somebody_of_another_team_keeps_account_and_name(cast, as_user):
    before = User.objects.count()
    answer = as_user(cast.lead).post(url(cast.team), {**CORA, "email": cast.neighbouring_link_worker.email.upper()})
    assert answer.json() == {"id": str(cast.neighbouring_link_worker.pk), "is_new": False}
    assert User.objects.count() == before
    nia = stage.fresh(cast.neighbouring_link_worker)
    assert (nia.full_name, roles_of(nia, cast.team)) == ("Nia Next", ["link_worker"])
    assert OutboxMessage.objects.get().template == "team_joined"
    again = as_user(cast.lead).post(url(cast.team), {"email": nia.email, "roles": ["link_worker"]})
    assert (again.status_code, again.json()["code"]) == (409, "already_there")
    more = as_user(cast.lead).post(url(cast.team), {"email": nia.email, "roles": ["link_worker", "lead"]})
    assert (more.status_code, roles_of(nia, cast.team)) == (201, ["lead", "link_worker"])


def test_who_had_left_comes_back_by_a_new_link(cast, as_user):
    lou = cast.link_worker
    lou.set_password(PASSWORD)
    lou.save()
    end_roles(user=lou, team=cast.team)
    answer = as_user(cast.lead).post(url(cast.team), {"email": lou.email, "full_name": "Lou Marsh", "roles": ["lead"]})
    assert answer.json()["is_new"] is True
    back = stage.fresh(lou)
    assert (back.is_active, back.has_usable_password(), roles_of(back, cast.team)) == (True, False, ["lead"])
    assert link_of(lou.email)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"roles": ["manager"]}, "roles"),
        ({"roles": ["link_worker", "manager"]}, "roles"),
        ({"roles": ["privacy_officer"]}, "roles"),
        ({"roles": ["directory_editor"]}, "roles"),
        ({"roles": ["safeguarding"]}, "roles"),
        ({"roles": ["provider"]}, "roles"),  # nobody in the team is
        ({"roles": ["system"]}, "roles"),
        ({"roles": []}, "roles"),
        ({"full_name": " "}, "full_name"),
        ({"full_name": "x" * 71}, "full_name"),
        ({"email": "cora"}, "email"),
        ({"email": "public-door@service.invalid"}, "email"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_happens(cast, as_user, changes, field):
    public_desk(for_team=cast.team)
    before = everything()
    answer = as_user(cast.lead).post(url(cast.team), CORA | changes)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert everything() == before


@pytest.mark.parametrize(
    ("who", "status"),
    [("link_worker", 404), ("gp", 404), ("provider", 404), ("editor", 404), ("outsider", 404), ("manager", 403)],
)
def test_nobody_else_takes_anybody_in(cast, as_user, who, status):
    before = everything()
    assert as_user(getattr(cast, who)).post(url(cast.team), CORA).status_code == status
    assert as_user(cast.lead).post(url(cast.neighbouring_team), CORA).status_code == 404
    assert everything() == before
    assert as_user(getattr(cast, who)).get(url(cast.team)).status_code == (200 if who == "manager" else 404)


def test_a_hub_has_providers_to_give_and_who_has_left_is_no_member(cast, now):
    Membership.objects.create(user=cast.hub_worker, team=cast.hub, role=Role.LEAD)
    assert roles_to_give(cast.hub) == [Role.LINK_WORKER, Role.LEAD, Role.PROVIDER]
    given = NewColleague(email="new@hub.example", full_name="Hetty Hub", roles=["provider"])
    joined = take_colleague_in(team=cast.hub, given=given, actor=Actor(stage.fresh(cast.hub_worker)), at=now)
    assert [user.full_name for user in members_of(cast.hub)] == ["Hal Hub", "Hetty Hub"]
    end_roles(user=joined.user, team=cast.hub)
    assert [(member.user.full_name, member.roles) for member in with_roles(members_of(cast.hub), cast.hub)] == [
        ("Hal Hub", (Role.LEAD, Role.LINK_WORKER, Role.PROVIDER))
    ]
    assert [user.full_name for user in members_of(cast.team, Role.LINK_WORKER)] == ["Lou Marsh"]
