"""The answers that are asked all day are put together by hand: each is what its serializer, which describes it, would
have said, for everybody, wherever a referral stands; and each costs two statements, who asks being one of them.
"""

import datetime as dt
import json
import re
from itertools import product

import pytest
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIClient

from accounts.actors import Actor
from accounts.services import issue_token
from referrals import policies, selectors
from referrals.api.contacts import ContactSerializer
from referrals.api.outputs import EventSerializer, ReferralSerializer, ReferralSummarySerializer
from referrals.api.turns import ClockSerializer, clock_of
from referrals.enums import ReferralStatus
from referrals.models import Referral
from referrals.selectors import casework
from referrals.selectors.case import _referral, _timeline
from referrals.selectors.contact_log import _page
from referrals.selectors.turns import turn_of, with_last_moves
from referrals.selectors.visible import made_by_teams_of
from referrals.selectors.worklist import Lines, MadeByTeams, _made, _statement
from tests import stage
from tests.in_the_tables import give_a_history, no_trigger_looks

LIST = "/api/v1/referrals/"


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
                both = client.get(f"{LIST}{row.reference}/?include=events,contacts").json()
                assert both == answer.json() | {
                    "events": client.get(f"{LIST}{row.reference}/events/").json(), "contacts": contacts.json()
                }  # fmt: skip
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


@pytest.mark.usefixtures("everywhere")
def test_what_a_team_has_made_is_narrowed_and_paged_as_the_queryset_is(cast):
    """By status, by who made it, forwards and back from each of them; of nobody's team: nothing."""
    seen = 0
    for user, statuses, own, (order, beyond) in product(
        (cast.gp, cast.lead, cast.discharge_nurse, cast.link_worker),
        (ReferralStatus.SENT, ReferralStatus.ENDED, (ReferralStatus.DRAFT,), tuple(ReferralStatus)),
        (False, True),
        (("-id", "id__lt"), ("id", "id__gt")),
    ):
        reader = stage.fresh(user)
        rows = made_by_teams_of(reader).filter(status__in=statuses, **({"referrer": reader} if own else {}))
        asked = Lines(rows).order_by(order)
        whole = asked[:100]
        for start in (None, *(str(line.id) for line in whole)):
            made = MadeByTeams(reader, statuses=statuses, of_the_user_alone=own).order_by(order)
            after = {} if start is None else {beyond: start}
            page = (made.filter(**after) if after else made)[:2]
            assert page == asked.filter(**after)[:2]
            seen += len(page)
    assert seen > 100


def test_a_page_beyond_the_end_and_a_cursor_that_is_none(cast, referral_at, as_user):
    referral, client = referral_at("active"), as_user(cast.link_worker)
    assert client.get(f"{LIST}{referral.reference}/events/?cursor=cD05OQ==").json()["results"] == []  # p=99
    assert client.get(f"{LIST}?cursor=cD0w").json()["results"] == []  # p=0
    assert client.get(f"{LIST}{referral.reference}/contacts/?cursor=cD0y").status_code == 400  # p=2, and no moment
    answer = client.get(f"{LIST}{referral.reference}/events/?page_size=2").json()
    assert [row["sequence"] for row in client.get(answer["next"]).json()["results"]] == [3][: len(answer["results"])]


@pytest.mark.parametrize(
    ("address", "count"),
    [("", 2), ("{}/", 3), ("{}/events/", 3), ("{}/contacts/", 3), ("{}/?include=events,contacts", 5)],
)
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
        "referring_team_1": cast.discharge_team.pk, "user": cast.gp.pk, "reference": ended.reference,
    }  # fmt: skip
    with no_trigger_looks() as cursor:
        give_a_history(cursor, "referrals_referral", ended.pk)
        for lookup in (None, "id__lt"):
            plan = plan_of(cursor, _statement((1, 2), limit=26, order="-id", lookup=lookup), values)
            assert "referral_by_owner_team" in plan
            assert ("AND (id < " in plan) is (lookup is not None)
            assert "referral_by_referring_team" in plan
            assert "Seq Scan on referrals_referral " not in plan
        # Those of a team's own making that have ended, by page; of one referrer, too.
        for own in (False, True):
            text = _made(2, tuple(ReferralStatus.ENDED), own=own, limit=26, order="-id", lookup="id__lt")
            plan = plan_of(cursor, text, values)
            assert plan.count("referral_by_referring_team") == 2
            assert "Seq Scan on referrals_referral " not in plan
        for text in (
            _referral(), _timeline(limit=26, order="sequence", lookup=None),
            _page(limit=26, order="-occurred_at", lookup=None),
        ):  # fmt: skip
            plan = plan_of(cursor, text, values)
            assert "referrals_referral_reference" in plan
            assert "Seq Scan on referrals_referral " not in plan
