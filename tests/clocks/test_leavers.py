"""Lou leaves the team: all open work goes to somebody in one call, and nothing is left with whoever is gone."""

import datetime as dt
import threading
import time

import pytest
from django.db import IntegrityError, connection, connections, transaction

from accounts import services as account_services
from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import Membership, User
from core.errors import Conflict, Invalid, NotPermitted, NotVisible
from referrals.models import CaseTask, Referral, ReferralEvent
from referrals.services import events, leavers
from referrals.services.case_tasks import add_task, finish_task
from referrals.services.leavers import end_role, hand_over, leave_team
from referrals.services.referrals import allocate_referral, take_referral_step
from referrals.services.steps import StepDetails
from tests import stage


@pytest.fixture(autouse=True)
def _wednesday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 4, 9, 30, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def nora(cast):
    """A second link worker of the team."""
    user = User.objects.create(email="nora@work.example", full_name="Nora New")
    Membership.objects.create(user=user, team=cast.team, role=Role.LINK_WORKER)
    return user


def at(cast, user, what):
    return f"/api/v1/teams/{cast.team.pk}/members/{user.pk}/{what}/"


def everything():
    return (
        list(Referral.objects.order_by("id").values_list("reference", "owner", "version")),
        list(CaseTask.objects.order_by("id").values_list("title", "assigned_to", "done_by")),
        list(Membership.objects.order_by("id").values_list("user", "team", "role")),
        list(User.objects.order_by("id").values_list("id", "is_active")),
        ReferralEvent.objects.count(),
    )


def task_for(cast, referral, user, title):
    return add_task(
        referral=referral, actor=Actor(stage.fresh(cast.lead)), at=dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC),
        title=title, due_on=dt.date(2026, 11, 9), assigned_to=user,
    )  # fmt: skip


def goes(user, way):
    WAYS_TO_GO[way](user)
    enforce()


def enforce():
    """Let the database look now at what it looks at when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_all_open_work_goes_to_another_in_one_call(cast, referral_at, as_user, nora):
    open_cases = [referral_at(status) for status in ("accepted", "active", "on_hold")]
    closed, new = referral_at("closed"), referral_at("submitted")
    task_for(cast, new, cast.link_worker, "Ring the council")  # of a case that is nobody's yet
    task_for(cast, open_cases[1], cast.link_worker, "Post the form")
    task_for(cast, open_cases[1], None, "Whoever has it")
    done = task_for(cast, open_cases[1], cast.link_worker, "Done before")
    lou = Actor(stage.fresh(cast.link_worker))
    finish_task(referral=open_cases[1], task_id=done.pk, actor=lou, at=dt.datetime(2026, 11, 3, 10, tzinfo=dt.UTC))

    answer = as_user(cast.lead).post(at(cast, cast.link_worker, "hand-over"), {"to": str(nora.pk)})

    assert (answer.status_code, answer.json()) == (200, {"referrals": 3, "tasks": 2})
    owners = dict(Referral.objects.values_list("reference", "owner__full_name"))
    assert owners == {each.reference: "Nora New" for each in open_cases} | {
        closed.reference: "Lou Marsh", new.reference: None,
    }  # fmt: skip
    assert dict(CaseTask.objects.values_list("title", "assigned_to__full_name")) == {
        "Ring the council": "Nora New", "Post the form": "Nora New", "Whoever has it": None, "Done before": "Lou Marsh",
    }  # fmt: skip
    told = ReferralEvent.objects.filter(kind__in=("allocated", "tasks_handed_over")).order_by("referral_id")
    assert list(told.values_list("referral__reference", "kind", "actor_name", "details")) == [
        *[
            (each.reference, "allocated", "Lena Head", {"owner": str(nora.pk), "name": "Nora New", "tasks": tasks})
            for each, tasks in zip(open_cases, (0, 1, 0), strict=True)
        ],
        (new.reference, "tasks_handed_over", "Lena Head", {"owner": str(nora.pk), "name": "Nora New", "tasks": 1}),
    ]
    mine = as_user(nora).get("/api/v1/tasks/?mine=true").json()["results"]
    assert len(mine) == 6  # three cases, her two tasks, and the one of whoever has the case
    again = as_user(cast.lead).post(at(cast, cast.link_worker, "hand-over"), {"to": str(nora.pk)})
    assert again.json() == {"referrals": 0, "tasks": 0}
    enforce()


@pytest.mark.parametrize("who", ["link_worker", "gp", "provider", "manager", "outsider", "neighbouring_link_worker"])
def test_only_a_lead_of_the_team_does_it(cast, referral_at, as_user, nora, who):
    referral_at("accepted")
    before = everything()
    client = as_user(getattr(cast, who))
    assert client.post(at(cast, cast.link_worker, "hand-over"), {"to": str(nora.pk)}).status_code == 403
    assert client.post(at(cast, cast.link_worker, "leave")).status_code == 403
    assert everything() == before


@pytest.mark.parametrize("to", ["link_worker", "gp", "provider", "neighbouring_link_worker", "outsider"])
def test_work_goes_to_nobody_who_does_not_work_there(cast, referral_at, as_user, to):
    referral_at("accepted")
    before = everything()
    answer = as_user(cast.lead).post(at(cast, cast.link_worker, "hand-over"), {"to": str(getattr(cast, to).pk)})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["to"])
    assert everything() == before


def test_one_role_ends_and_the_others_stay_while_nothing_is_left_with_nobody(cast, referral_at, nora):
    for role in (Role.LEAD, Role.REFERRER):
        Membership.objects.create(user=nora, team=cast.team, role=role)
    referral = referral_at("active")
    Referral.objects.filter(pk=referral.pk).update(owner=nora)
    lena = Actor(stage.fresh(cast.lead))

    def ends(role, *, of=nora, actor=lena):
        end_role(team=cast.team, member=of, role=role, actor=actor)

    before = everything()
    for kind, said in (
        (NotPermitted, {"role": "lead", "actor": Actor(stage.fresh(cast.link_worker))}),
        (NotPermitted, {"role": "lead", "of": cast.lead}),
        (NotVisible, {"role": "manager"}),
        (Conflict, {"role": "link_worker", "of": cast.link_worker}),
    ):
        with pytest.raises(kind):
            ends(**said)
    assert everything() == before

    ends("lead")  # she is a link worker still, and keeps what is hers
    with pytest.raises(Conflict) as refused:
        ends("link_worker")
    assert (refused.value.code, refused.value.extra["referrals"]) == ("open_work", 1)
    hand_over(
        team=cast.team, leaver=nora, to=cast.link_worker, actor=lena, at=dt.datetime(2026, 11, 4, 9, 30, tzinfo=dt.UTC)
    )
    ends("link_worker")
    assert (stage.fresh(nora).roles_in([cast.team.pk]), stage.fresh(nora).is_active) == ({Role.REFERRER}, True)


def test_who_has_nothing_to_do_with_the_team_is_not_found_there(cast, as_user, nora):
    lena = as_user(cast.lead)
    assert lena.post(at(cast, cast.gp, "hand-over"), {"to": str(nora.pk)}).status_code == 404
    assert lena.post(at(cast, cast.gp, "leave")).status_code == 404


def test_nobody_goes_as_long_as_they_have_open_work(cast, referral_at, as_user, nora):
    rose = referral_at("accepted")
    task_for(cast, rose, cast.link_worker, "Post the form")
    lena, before = as_user(cast.lead), everything()
    answer = lena.post(at(cast, cast.link_worker, "leave"))
    body = answer.json()
    assert (answer.status_code, body["code"], body["referrals"], body["tasks"]) == (409, "open_work", 1, 1)
    assert everything() == before
    lena.post(at(cast, cast.link_worker, "hand-over"), {"to": str(nora.pk)})
    answer = lena.post(at(cast, cast.link_worker, "leave"))
    assert (answer.status_code, answer.json()) == (200, {"is_account_closed": True})
    assert not User.objects.get(pk=cast.link_worker.pk).is_active
    enforce()


def test_who_works_elsewhere_too_keeps_the_account(cast, as_user):
    Membership.objects.create(user=cast.link_worker, team=cast.neighbouring_team, role=Role.LINK_WORKER)
    answer = as_user(cast.lead).post(at(cast, cast.link_worker, "leave"))
    assert answer.json() == {"is_account_closed": False}
    assert User.objects.get(pk=cast.link_worker.pk).is_active


def test_a_lead_does_not_end_their_own_roles(cast, as_user):
    before = everything()
    assert as_user(cast.lead).post(at(cast, cast.lead, "leave")).status_code == 403
    assert everything() == before


# --- The database says the same -----------------------------------------------------------------------------------

WAYS_TO_GO = {
    "closed account": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "no membership": lambda user: Membership.objects.filter(user=user).delete(),
    "another role": lambda user: Membership.objects.filter(user=user).update(role=Role.MANAGER),
}


@pytest.mark.parametrize("way", WAYS_TO_GO)
@pytest.mark.parametrize("status", ["accepted", "active", "on_hold"])
def test_the_database_refuses_to_orphan_an_open_referral(cast, referral_at, way, status):
    referral_at(status)
    before = everything()
    with pytest.raises(IntegrityError, match="hand them over first"), transaction.atomic():
        goes(cast.link_worker, way)
    assert everything() == before


@pytest.mark.parametrize("way", WAYS_TO_GO)
@pytest.mark.parametrize("status", ["submitted", "closed", "rejected"])
def test_whoever_has_nothing_open_may_go(cast, referral_at, way, status):
    referral_at(status)
    goes(cast.link_worker, way)


@pytest.mark.parametrize("way", WAYS_TO_GO)
@pytest.mark.parametrize("status", ["submitted", "active", "closed"])
def test_the_database_refuses_to_orphan_an_open_task(cast, referral_at, nora, way, status):
    """Nora has no case, and one thing to do by name: of a case that has ended, too, a letter may be still to write."""
    task = task_for(cast, referral_at(status), nora, "Post the form") if status != "closed" else None
    if task is None:
        rose = referral_at("active")
        task = task_for(cast, rose, nora, "Post the form")
        take_referral_step(
            referral=rose, step="close", actor=Actor(stage.fresh(cast.lead)), details=StepDetails(outcome="goals_met"),
            at=dt.datetime(2026, 11, 3, 10, tzinfo=dt.UTC),
        )  # fmt: skip
    before = everything()
    with pytest.raises(IntegrityError, match="open tasks"), transaction.atomic():
        goes(nora, way)
    assert everything() == before
    finish_task(
        referral=task.referral, task_id=task.pk, actor=Actor(stage.fresh(nora)),
        at=dt.datetime(2026, 11, 3, 11, tzinfo=dt.UTC),
    )  # fmt: skip
    goes(nora, way)


def test_the_database_refuses_a_task_for_somebody_who_does_not_work_there(cast, referral_at):
    task = task_for(cast, referral_at("accepted"), cast.link_worker, "Post the form")
    with pytest.raises(IntegrityError, match="open tasks"), transaction.atomic():
        CaseTask.objects.filter(pk=task.pk).update(assigned_to=cast.neighbouring_link_worker)


def test_what_somebody_has_in_another_team_does_not_keep_them_in_this_one(cast, referral_at, as_user, nora):
    """Nora works in two teams: what she has on the hill stays hers, and the vale lets her go."""
    Membership.objects.create(user=nora, team=cast.neighbouring_team, role=Role.LINK_WORKER)
    theirs = referral_at("submitted", team_id=cast.neighbouring_team.pk)
    allocate_referral(
        referral=theirs, owner=stage.fresh(nora), actor=Actor(stage.fresh(cast.neighbouring_link_worker)),
        at=dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    lena = as_user(cast.lead)
    assert lena.post(at(cast, nora, "hand-over"), {"to": str(cast.link_worker.pk)}).json() == {
        "referrals": 0, "tasks": 0,
    }  # fmt: skip
    assert lena.post(at(cast, nora, "leave")).json() == {"is_account_closed": False}
    enforce()
    assert Referral.objects.get(pk=theirs.pk).owner == nora
    with pytest.raises(IntegrityError, match="hand them over first"), transaction.atomic():
        goes(nora, "closed account")


def test_a_role_may_be_changed_for_another_that_works_on_referrals(cast, referral_at):
    referral_at("accepted")
    Membership.objects.filter(user=cast.link_worker).delete()
    Membership.objects.create(user=cast.link_worker, team=cast.team, role=Role.LEAD)
    enforce()


def test_the_database_refuses_an_owner_who_does_not_work_there(cast, referral_at):
    rose = referral_at("accepted")
    with pytest.raises(IntegrityError, match="hand them over first"), transaction.atomic():
        Referral.objects.filter(pk=rose.pk).update(owner=cast.gp)


@pytest.mark.django_db(transaction=True)
def test_to_give_work_and_to_go_at_once_leaves_nothing_with_whoever_is_gone(cast, referral_at, nora):
    """Lena gives Nora a case while another lead lets her go: whichever is first, no case is left with her."""
    rose = referral_at("accepted")
    barrier, outcomes = threading.Barrier(2), []

    def together(act):
        barrier.wait()
        try:
            act()
        except (Conflict, Invalid) as refusal:  # she has it already, or is gone: each is an answer, and no bug
            outcomes.append(type(refusal).__name__)
        else:
            outcomes.append("done")
        connections.close_all()

    lena = Actor(stage.fresh(cast.lead))
    acts = (
        lambda: allocate_referral(
            referral=rose, owner=stage.fresh(nora), actor=lena, at=dt.datetime(2026, 11, 4, 9, tzinfo=dt.UTC)
        ),
        lambda: leave_team(team=cast.team, leaver=nora, actor=Actor(stage.fresh(cast.lead))),
    )
    threads = [threading.Thread(target=together, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    owner = Referral.objects.get(pk=rose.pk).owner
    assert owner is not None
    assert owner.is_active
    assert owner.memberships.filter(team=cast.team).exists()
    assert "done" in outcomes


@pytest.mark.django_db(transaction=True)
def test_to_give_work_to_somebody_who_is_just_leaving_is_refused_in_words(cast, referral_at, nora, monkeypatch):
    """Nora's roles are ended, and that is not committed yet: Lena still sees her in the team, and gives her a case."""
    rose = referral_at("accepted")
    has_left, outcomes = threading.Event(), []
    was_waited_for: list[object] = []
    as_it_is = account_services.end_roles

    def slowly(**said):
        done = as_it_is(**said)
        has_left.set()
        with connection.cursor() as cursor:
            until = time.monotonic() + 20
            while not was_waited_for and time.monotonic() < until:
                cursor.execute(
                    "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
                )
                was_waited_for.extend(cursor.fetchall())
        return done

    def give():
        has_left.wait(20)
        try:
            allocate_referral(
                referral=rose, owner=User.objects.get(pk=nora.pk), actor=Actor(stage.fresh(cast.lead)),
                at=dt.datetime(2026, 11, 4, 9, tzinfo=dt.UTC),
            )  # fmt: skip
        except (Invalid, IntegrityError) as refusal:
            outcomes.append(type(refusal).__name__)
        connections.close_all()

    monkeypatch.setattr(account_services, "end_roles", slowly)
    thread = threading.Thread(target=give)
    thread.start()
    leave_team(team=cast.team, leaver=nora, actor=Actor(stage.fresh(cast.lead)))
    thread.join()
    assert was_waited_for
    assert outcomes == ["Invalid"]
    assert Referral.objects.get(pk=rose.pk).owner == cast.link_worker


def test_cases_are_handed_over_together_or_not_at_all(cast, referral_at, nora, monkeypatch):
    """The third event fails: nothing has moved."""
    for _ in range(3):
        referral_at("accepted")
    before, calls = everything(), []

    def fails(**said):
        calls.append(said)
        if len(calls) == 3:
            raise RuntimeError
        return real(**said)

    real = events.record_event
    monkeypatch.setattr(leavers, "record_event", fails)
    with pytest.raises(RuntimeError):
        hand_over(
            team=cast.team, leaver=cast.link_worker, to=nora, actor=Actor(stage.fresh(cast.lead)),
            at=dt.datetime(2026, 11, 4, 9, tzinfo=dt.UTC),
        )  # fmt: skip
    assert everything() == before
