"""The plan: needs, goals in the person's own words, actions; agreed, versioned, and written by one at a time."""

from copy import deepcopy

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actors import Actor
from core.errors import Invalid
from referrals.models import PlanVersion, Referral, ReferralEvent
from referrals.services.plan import Agreement, Goal, Plan, PlannedAction, PlanNeed, save_plan
from tests.stage import fresh


def url(referral, what="plan"):
    return f"/api/v1/referrals/{referral.reference}/{what}/"


def everything():
    return (
        list(PlanVersion.objects.order_by("id").values()), ReferralEvent.objects.count(),
        list(Referral.objects.order_by("id").values()),
    )  # fmt: skip


@pytest.fixture
def rose_plan(cast):
    """What Rose and Lou agreed in Rose's kitchen."""
    return {
        "strengths": ["Bakes, and used to teach"],
        "needs": [
            {
                "term": str(cast.loneliness.pk),
                "words": "The evenings are long.",
                "goals": [
                    {
                        "in_own_words": "I want somebody to have tea with.",
                        "importance": 9,
                        "confidence": 4,
                        "actions": [
                            {"what": "Go to the walking group with Lou once", "who": "person", "due_on": "2026-11-20",
                             "confidence": 6, "strategies": "Lou rings in the morning."},
                            {"what": "Ask Visiting for a befriender", "who": "link_worker", "who_name": "Lou Marsh"},
                        ],
                    }
                ],
            },
            {"words": "Her heating bill", "goals": []},
        ],
        "agreement": {"with_whom": "person"},
        "review_on": "2026-12-01",
    }  # fmt: skip


@pytest.fixture
def save(as_user, time_machine, now):
    def put(user, referral, plan, **headers):
        time_machine.move_to(now.replace(day=4), tick=False)
        return as_user(user).put(url(referral), plan, headers=headers)

    return put


def test_a_plan_is_agreed_and_read_back_whole(cast, referral_at, save, as_user, rose_plan):
    referral = referral_at("active")
    answer = save(cast.link_worker, referral, rose_plan)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    assert answer.json() == {
        "version": 1,
        "plan": {
            "strengths": ["Bakes, and used to teach"],
            "needs": [
                {
                    "term": str(cast.loneliness.pk),
                    "name": cast.loneliness.name,
                    "words": "The evenings are long.",
                    "goals": [
                        {
                            "in_own_words": "I want somebody to have tea with.",
                            "importance": 9,
                            "confidence": 4,
                            "status": "in_progress",
                            "outcome": "",
                            "is_archived": False,
                            "actions": [
                                {
                                    "what": "Go to the walking group with Lou once",
                                    "who": "person",
                                    "who_name": "",
                                    "due_on": "2026-11-20",
                                    "status": "planned",
                                    "confidence": 6,
                                    "strategies": "Lou rings in the morning.",
                                },
                                {
                                    "what": "Ask Visiting for a befriender",
                                    "who": "link_worker",
                                    "who_name": "Lou Marsh",
                                    "due_on": None,
                                    "status": "planned",
                                    "confidence": None,
                                    "strategies": "",
                                },
                            ],
                        }
                    ],
                },
                {"term": None, "name": "", "words": "Her heating bill", "goals": []},
            ],
            "agreement": {"with_whom": "person", "name": "", "agreed_on": "2026-11-04", "reason": ""},
            "review_on": "2026-12-01",
        },
        "recorded_by": "Lou Marsh",
        "recorded_at": "2026-11-04T09:30:00Z",
    }
    read = as_user(cast.lead).get(url(referral))
    assert (read.json(), read.headers["ETag"]) == (answer.json(), '"1"')


def test_a_plan_that_was_read_can_be_sent_back_as_it_is(cast, referral_at, save, as_user, rose_plan):
    referral = referral_at("active")
    first = save(cast.link_worker, referral, rose_plan).json()["plan"]
    second = save(cast.link_worker, referral, first, **{"If-Match": '"1"'})
    assert (second.status_code, second.json()["version"], second.json()["plan"]) == (200, 2, first)


def test_an_archived_goal_takes_its_actions_along_and_older_versions_stay_as_they_were(
    cast, referral_at, save, as_user, rose_plan
):
    referral = referral_at("active")
    first = save(cast.link_worker, referral, rose_plan).json()
    later = deepcopy(first["plan"])
    later["needs"][0]["goals"][0] |= {"is_archived": True, "status": "given_up", "outcome": "“My sister moved in.”"}
    second = save(cast.lead, referral, later, **{"If-Match": '"1"'}).json()
    goal = second["plan"]["needs"][0]["goals"][0]
    assert (goal["is_archived"], [action["what"] for action in goal["actions"]]) == (
        True, ["Go to the walking group with Lou once", "Ask Visiting for a befriender"],
    )  # fmt: skip
    assert as_user(cast.link_worker).get(url(referral, "plan/versions")).json()["results"] == [second, first]
    assert (second["recorded_by"], first["recorded_by"]) == ("Lena Head", "Lou Marsh")


def test_two_who_change_the_same_plan_do_not_wipe_out_each_other(cast, referral_at, save, rose_plan):
    referral = referral_at("active")
    first = save(cast.link_worker, referral, rose_plan)
    tag = {"If-Match": first.headers["ETag"]}
    assert save(cast.link_worker, referral, rose_plan | {"strengths": ["Sings"]}, **tag).json()["version"] == 2
    before = everything()
    for headers in (tag, {}, {"If-Match": '"3"'}):
        late = save(cast.lead, referral, rose_plan | {"strengths": ["Swims"]}, **headers)
        assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert everything() == before


def broken(plan, path, value):
    plan = deepcopy(plan)
    place = plan
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return plan


GOAL = ("needs", 0, "goals", 0)
ACTION = (*GOAL, "actions", 0)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("needs",), [], "needs"),
        (("needs",), [{"words": "No goal yet"}], "needs"),
        (("needs", 1, "words"), " ", "needs.1.words"),
        (("needs", 0, "term"), "00000000-0000-4000-8000-000000000000", "needs.0.term"),
        (("needs", 0, "colour"), "red", "needs.0.colour"),
        ((*GOAL, "in_own_words"), "", "needs.0.goals.0.in_own_words"),
        ((*GOAL, "importance"), 0, "needs.0.goals.0.importance"),
        ((*GOAL, "importance"), 11, "needs.0.goals.0.importance"),
        ((*GOAL, "confidence"), 4.5, "needs.0.goals.0.confidence"),
        ((*GOAL, "status"), "won", "needs.0.goals.0.status"),
        ((*ACTION, "what"), "", "needs.0.goals.0.actions.0.what"),
        ((*ACTION, "who"), "nobody", "needs.0.goals.0.actions.0.who"),
        ((*ACTION, "due_on"), "2062-11-20", "needs.0.goals.0.actions.0.due_on"),
        ((*ACTION, "confidence"), 12, "needs.0.goals.0.actions.0.confidence"),
        (("agreement",), {"with_whom": "representative"}, "agreement.name"),
        (("agreement",), {"with_whom": "not_agreed"}, "agreement.reason"),
        (("agreement",), {"with_whom": "person", "agreed_on": "2026-11-05"}, "agreement.agreed_on"),
        (("agreement",), None, "agreement"),
        (("review_on",), "2026-11-03", "review_on"),
        (("strengths",), [" "], "strengths.0"),
        (("mood",), "good", "mood"),
    ],
)
def test_a_plan_that_cannot_be_so_is_refused_and_nothing_is_saved(
    cast, referral_at, save, rose_plan, path, value, field
):
    referral = referral_at("active")
    before = everything()
    answer = save(cast.link_worker, referral, broken(rose_plan, path, value))
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert everything() == before


@pytest.mark.parametrize(
    ("goal", "field"),
    [
        (Goal(in_own_words=" "), "in_own_words"),
        (Goal(in_own_words="Tea", importance=0), "importance"),
        (Goal(in_own_words="Tea", confidence=11), "confidence"),
        (Goal(in_own_words="Tea", status="won"), "status"),
        (Goal(in_own_words="Tea", actions=(PlannedAction(what="", who="person"),)), "actions.0.what"),
        (Goal(in_own_words="Tea", actions=(PlannedAction(what="Bake", who="nobody"),)), "actions.0.who"),
        (Goal(in_own_words="Tea", actions=(PlannedAction(what="Bake", who="person", status="x"),)), "actions.0.status"),
        (
            Goal(in_own_words="Tea", actions=(PlannedAction(what="Bake", who="person", confidence=0),)),
            "actions.0.confidence",
        ),
    ],
)
def test_the_service_itself_refuses_whoever_calls_it(cast, referral_at, now, goal, field):
    referral = referral_at("active")
    before = everything()
    plan = Plan(needs=(PlanNeed(words="Company", goals=(goal,)),), agreement=Agreement(with_whom="person"))
    with pytest.raises(Invalid) as refusal:
        save_plan(
            referral=referral, actor=Actor(fresh(cast.link_worker)), at=now.replace(day=4), plan=plan,
            expected_number=None,
        )  # fmt: skip
    assert list(refusal.value.extra["errors"]) == [f"needs.0.goals.0.{field}"]
    assert everything() == before


@pytest.mark.parametrize(
    "agreement",
    [
        {"with_whom": "representative", "name": "Ada Okafor", "agreed_on": "2026-11-02", "reason": ""},
        {"with_whom": "not_agreed", "name": "", "agreed_on": "2026-11-04", "reason": "She is too ill to speak."},
    ],
)
def test_a_plan_says_who_agreed_or_why_nobody_did(cast, referral_at, save, rose_plan, agreement):
    answer = save(cast.link_worker, referral_at("active"), rose_plan | {"agreement": agreement})
    assert answer.json()["plan"]["agreement"] == agreement


@pytest.mark.parametrize(
    ("status", "code"),
    [("submitted", 409), ("information_requested", 409), ("accepted", 200), ("active", 200), ("on_hold", 200),
     ("closed", 409), ("withdrawn", 409)],
)  # fmt: skip
def test_a_plan_is_made_while_somebody_has_the_person_in_hand(
    cast, referral_at, save, as_user, rose_plan, status, code
):
    referral = referral_at(status)
    before = everything()
    assert save(cast.link_worker, referral, rose_plan).status_code == code
    assert (everything() == before) is (code != 200)
    seen = as_user(cast.link_worker).get(f"/api/v1/referrals/{referral.reference}/").json()["available_actions"]
    assert ("save_plan" in seen) is (code == 200)


WHO = {"link_worker": (200, 200), "lead": (200, 200), "gp": (403, 403), "provider": (404, 404),
       "neighbouring_link_worker": (404, 404), "manager": (404, 404), "outsider": (404, 404)}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_the_plan_is_the_teams_and_the_persons(cast, onward_at, save, as_user, rose_plan, who):
    referral = onward_at("started").referral
    before = everything()
    user, (writes, reads) = getattr(cast, who), WHO[who]
    assert save(user, referral, rose_plan).status_code == writes
    assert (everything() == before) is (writes != 200)
    assert [as_user(user).get(url(referral, what)).status_code for what in ("plan", "plan/versions")] == [reads] * 2


def test_there_is_none_before_it_is_made(cast, referral_at, as_user):
    referral = referral_at("active")
    assert as_user(cast.link_worker).get(url(referral)).status_code == 404
    assert as_user(cast.link_worker).get(url(referral, "plan/versions")).json()["results"] == []


def test_the_timeline_says_that_there_is_a_version_and_nothing_of_it(cast, referral_at, save, rose_plan):
    referral = referral_at("active")
    save(cast.link_worker, referral, rose_plan)
    event = ReferralEvent.objects.get(kind="plan_saved")
    assert event.details == {"version": 1}
    assert [word for word in ("tea", "Loneliness", "heating") if word in event.hashed_text] == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE referrals_planversion SET number = 9", "DELETE FROM referrals_planversion"],
)
def test_a_version_can_be_neither_changed_nor_removed(cast, referral_at, save, rose_plan, statement):
    save(cast.link_worker, referral_at("active"), rose_plan)
    before = everything()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert everything() == before
