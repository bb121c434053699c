"""Every route and method, asked by every role of its own, another's and nobody's things, against the tables by hand."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import Membership
from tests.authority.asking import Answer
from tests.authority.expectations import EXPECTED
from tests.authority.fields import READ_BY, TAKEN_OUT, WITHHELD
from tests.authority.people import ACCOUNTS, HELD_BY, TOKEN, WITHOUT
from tests.authority.routes import Route, every_route, pages_declared_twice
from tests.authority.things import VARIANTS


def declared() -> set[tuple[str, str]]:
    """Every route and method that the URL configuration offers, by the kinds of thing that it is about."""
    return {
        (f"{route.name}#{kind}" if kind else route.name, method)
        for route in every_route()
        for kind in VARIANTS.get(route.name, ("",))
        for method in route.methods
    }


def not_offered(walk) -> set[tuple[str, str]]:
    """Those that a view refuses by its method, whoever asks: 405, or to sign in first."""
    return {
        asked
        for asked, answers in walk.own.items()
        if all(answer.status == 405 or answer.is_refusal for answer in answers.values())
        and any(answer.status == 405 for answer in answers.values())
    }


def test_every_route_and_every_method_has_an_entry_and_no_entry_is_of_none(walk):
    offered = declared() - not_offered(walk)
    assert offered - EXPECTED.keys() == set(), "say in tests/authority/expectations.py who may"
    assert EXPECTED.keys() - offered == set(), "no such route or method any more"


def test_no_page_stands_twice():
    assert pages_declared_twice() == []


def test_every_role_is_asked_and_the_services_own_is_nobodys(walk, cast):
    assert {*HELD_BY.values(), Role.SYSTEM} == set(Role)
    assert set().union(*(answers for answers in walk.own.values())) == {*ACCOUNTS, *WITHOUT, TOKEN}
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        Membership.objects.create(user=cast.lead, team=cast.team, role=Role.SYSTEM)


def said(answer: Answer) -> str:
    return f"{answer.status}{' to sign in' if answer.to_sign_in else ''}"


def test_everybody_is_answered_as_the_tables_say_and_a_refusal_writes_nothing(walk):
    wrong = []
    for asked, answers in walk.own.items():
        if (expected := EXPECTED.get(asked)) is None:
            continue  # the test before says so
        for letter, answer in answers.items():
            if expected.is_allowed(letter):
                is_right = (not answer.is_refusal and answer.status != 405 and answer.status < 500) or asked == WATCH
            else:
                is_right = said(answer) == expected.refusal_of(letter) and not answer.written
            if not is_right:
                wrong.append((letter, *asked, said(answer), sorted(answer.written)))
    assert wrong == []


WATCH = ("readyz", "get")
"""It says 503 where there is no broker: to everybody."""


def test_what_nobody_has_is_not_found_by_who_finds_their_own_and_nothing_is_written(walk):
    assert len(walk.nobodys) > 150
    wrong = [
        (letter, *asked, said(answer), sorted(answer.written))
        for asked, answers in walk.nobodys.items()
        for letter, answer in answers.items()
        if answer.status not in EXPECTED[asked].of_nobody or answer.written
    ]
    assert wrong == []


def test_a_route_without_an_entry_is_found():
    new = Route("referral-shout", "api/v1/referrals/<reference>/shout/", ("post",), ("reference",))
    assert (new.name, "post") not in EXPECTED
    assert new.address({"reference": "R-22222-22222"}) == "/api/v1/referrals/R-22222-22222/shout/"


# --- Field by field ---------------------------------------------------------------------------------------------------


def read_in(walk, *, taken_out: bool) -> dict[str, set[str]]:
    """Who really read what: where everything is taken out for the person, or anywhere else."""
    found: dict[str, set[str]] = {}
    for name, readers in walk.read.items():
        letters = {
            letter
            for letter, places in readers.items()
            if (places & {TAKEN_OUT} if taken_out else places - {TAKEN_OUT})
        }
        found |= {name: letters} if letters else {}
    return found


def test_each_field_of_a_person_is_read_by_whom_the_table_says_and_by_nobody_else(walk):
    really = read_in(walk, taken_out=False)
    surprises = {
        (name, letter): sorted(walk.read.get(name, {}).get(letter, ()))[:5]
        for name in really | READ_BY
        for letter in really.get(name, set()) ^ READ_BY.get(name, set())
    }
    assert surprises == {}


def test_the_privacy_officer_takes_out_everything_but_what_is_withheld(walk):
    assert read_in(walk, taken_out=True) == {name: {"O"} for name in READ_BY.keys() - WITHHELD}


def test_safeguarding_is_read_in_two_places_alone(walk):
    assert walk.read["safeguarding"] == {"G": {"get referral-safeguarding", "get referral-dapb4066"}}


def test_no_message_holds_any_of_them(walk):
    assert walk.told == set()
