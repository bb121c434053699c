"""The answers that are asked all day are put together by hand: each is what its serializer, which describes it, would
have said, for everybody, wherever a referral stands; and each costs two statements, who asks being one of them.
"""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.models import Membership
from accounts.services import issue_token
from referrals import policies, selectors
from referrals.api.contacts import ContactSerializer
from referrals.api.outputs import EventSerializer, ReferralSerializer, ReferralSummarySerializer
from referrals.api.turns import ClockSerializer, clock_of
from referrals.models import Referral, TeamPolicy
from referrals.selectors import casework
from referrals.selectors.case import _referral, _timeline
from referrals.selectors.contact_log import _page
from referrals.selectors.turns import turn_of, with_last_moves
from referrals.selectors.worklist import _statement
from referrals.services.consent import ConsentDetails
from referrals.services.contacts import ContactDetails, log_contact
from referrals.services.discharge import DischargeDetails
from tests import stage
from tests.in_the_tables import give_a_history, no_trigger_looks

LIST = "/api/v1/referrals/"


@pytest.fixture
def everywhere(cast, referral_at, onward_at, scene, now):
    """A referral in every status, from a practice and from a hospital, sent onward and tried to be reached."""
    scene("a referral in every status", lambda: tell_of_each(cast, referral_at, onward_at, now))


def tell_of_each(cast, referral_at, onward_at, now):
    for status in stage.REFERRAL_PATHS:
        referral_at(status)
    referral_at("active", consents=(
        ConsentDetails(decision="given", to_service_id=cast.walking.pk, expires_on=dt.date(2026, 11, 2)),
        ConsentDetails(decision="refused", to_organization_id=cast.befriending.organization_id),
    ))  # fmt: skip
    referral_at(
        "deferred", discharge=DischargeDetails(ward="Seven", pathway=1), risks=("A dog", "Falls"), no_known_risks=False
    )
    onward = onward_at("completed")
    onward_at("declined", referral=onward.referral)
    worker = Actor(stage.fresh(cast.link_worker))
    tried = ContactDetails(mechanism="02", outcome="no_answer")
    first = log_contact(referral=referral_at("accepted"), actor=worker, at=now + dt.timedelta(hours=3), given=tried)
    log_contact(
        referral=first.contact.referral, actor=worker, at=now + dt.timedelta(hours=4),
        given=ContactDetails(mechanism="02", outcome="spoke", replaces=first.contact.pk),
    )  # fmt: skip
    TeamPolicy.objects.create(team=cast.neighbouring_team, breach_working_days=1)
    Membership.objects.create(user=cast.lead, team=cast.practice, role="referrer")


def of(user):
    return type("Request", (), {"user": stage.fresh(user)})


def written(data):
    return json.loads(JSONRenderer().render(data))


@pytest.mark.parametrize("after", [dt.timedelta(0), dt.timedelta(days=45)])
def test_each_answer_is_what_its_serializer_says(cast, everywhere, as_user, time_machine, now, after):
    time_machine.move_to(now + dt.timedelta(days=1) + after, tick=False)
    seen = 0
    for name, user in cast.everyone.items():
        client, context = as_user(user), {"request": of(user)}
        rows = list(with_last_moves(selectors.referrals_visible_to(stage.fresh(user))))
        seen += len(rows)
        found, pages = [], client.get(f"{LIST}?page_size=7").json()
        while True:
            found += pages["results"]
            if pages["next"] is None:
                break
            pages = client.get(pages["next"]).json()
        assert found == written(ReferralSummarySerializer(rows, many=True, context=context).data), name
        if pages["previous"]:
            last, before = len(pages["results"]), client.get(pages["previous"]).json()["results"]
            assert before == found[-last - 7 : -last]
        active = client.get(f"{LIST}?status=active&status=closed").json()["results"]
        assert active == [row for row in found if row["status"] in {"active", "closed"}]
        for row in rows:
            whole = selectors.get_whole_referral(stage.fresh(user), row.reference)
            answer = client.get(f"{LIST}{row.reference}/")
            assert answer.json() == written(ReferralSerializer(whole, context=context).data), (name, row.status)
            assert answer.headers["ETag"] == f'"{row.version}"'
            sees = policies.sees_notes_between_team_and_provider(
                Actor(stage.fresh(user)), whole, on=timezone.now().date()
            )
            events = EventSerializer(
                selectors.timeline_of(row), many=True, context={**context, "sees_onward_notes": sees}
            ).data
            assert client.get(f"{LIST}{row.reference}/events/").json()["results"] == written(events)[:25]
            contacts = client.get(f"{LIST}{row.reference}/contacts/")
            if casework.reads_casework(stage.fresh(user), row):
                log = ContactSerializer(casework.contacts_of(stage.fresh(user), row), many=True, context=context).data
                assert contacts.json()["results"] == written(log)
                if len(log) > 1:
                    one = client.get(f"{LIST}{row.reference}/contacts/?page_size=1").json()
                    assert client.get(one["next"]).json()["results"] == written(log)[1:2]
            else:
                assert contacts.status_code == 403
            turn = turn_of(whole, on=timezone.now().date(), reads_all=True)
            said = ClockSerializer(turn, context={"today": timezone.now().date()}).data
            assert written(clock_of(turn, today=timezone.now().date())) == written(said)
    assert seen > 40


def test_what_is_not_theirs_is_not_there(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.outsider)
    assert client.get(LIST).json()["results"] == []
    for address in ("", "events/", "contacts/"):
        assert client.get(f"{LIST}{referral.reference}/{address}").status_code == 404
    Referral.objects.filter(pk=referral.pk).update(reference="R-22222-22222")  # not theirs, whatever it is called
    assert client.get(f"{LIST}R-22222-22222/").status_code == 404


def test_a_page_beyond_the_end_and_a_cursor_that_is_none(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.link_worker)
    assert client.get(f"{LIST}{referral.reference}/events/?cursor=cD05OQ==").json()["results"] == []  # p=99
    assert client.get(f"{LIST}?cursor=cD0w").json()["results"] == []  # p=0
    assert client.get(f"{LIST}{referral.reference}/contacts/?cursor=cD0y").status_code == 400  # p=2, and no moment
    answer = client.get(f"{LIST}{referral.reference}/events/?page_size=2").json()
    assert [row["sequence"] for row in client.get(answer["next"]).json()["results"]] == [3][: len(answer["results"])]


@pytest.mark.parametrize(("address", "count"), [("", 2), ("{}/", 3), ("{}/events/", 3), ("{}/contacts/", 3)])
def test_each_costs_two_statements_however_much_it_holds_and_a_record_the_row_that_says_who_opened_it(
    cast, referral_at, onward_at, now, address, count, django_assert_num_queries
):
    referral = onward_at("completed").referral
    referral_at("submitted")
    token, _ = issue_token(user=cast.link_worker)
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    with django_assert_num_queries(count):
        assert client.get(LIST + address.format(referral.reference)).status_code == 200


def plan_of(cursor, text, values):
    """The plan that is kept for a statement whatever the values are."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
    for place, name in enumerate(names, start=1):
        text = text.replace(f"%({name})s", f"${place}")
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute(f"PREPARE hot AS {text}")
    cursor.execute(f"EXPLAIN EXECUTE hot ({', '.join(['%s'] * len(names))})", [values[name] for name in names])
    plan = "\n".join(line for (line,) in cursor.fetchall())
    cursor.execute("DEALLOCATE hot")
    return plan


def test_the_plans_that_are_kept_go_by_the_indexes(cast, referral_at):
    ended = referral_at("closed")
    values = {
        "referring_team": [cast.practice.pk], "owner_team": [cast.team.pk], "beyond": 2**40, "grace": 1,
        "referring_team_0": cast.practice.pk, "owner_team_0": cast.team.pk, "owner_team_1": cast.hub.pk,
        "reference": ended.reference,
    }  # fmt: skip
    with no_trigger_looks() as cursor:
        give_a_history(cursor, "referrals_referral", ended.pk)
        for lookup in (None, "id__lt"):
            plan = plan_of(cursor, _statement((1, 2), limit=26, order="-id", lookup=lookup), values)
            assert "referral_by_owner_team" in plan
            assert ("AND (id < " in plan) is (lookup is not None)
            assert "referral_by_referring_team" in plan
            assert "Seq Scan on referrals_referral " not in plan
        for text in (
            _referral(), _timeline(limit=26, order="sequence", lookup=None),
            _page(limit=26, order="-occurred_at", lookup=None),
        ):  # fmt: skip
            plan = plan_of(cursor, text, values)
            assert "referrals_referral_reference" in plan
            assert "Seq Scan on referrals_referral " not in plan
