"""Ann has a link of her own, and tries it on everything of Rose's; and whoever guesses at links learns nothing."""

import re
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import limits
from core.links import digest_of, pass_of
from notifications.models import OutboxMessage
from notifications.templates import PERSONS_PAGE
from referrals.models import CaseNote, PersonLink, Referral, ReferralEvent
from tests.conftest import NOW
from tests.own_page.conftest import link_of, token_of_link
from tests.web.person.test_the_persons_page import PAGES, door, opened, read
from tests.web.scenes import another_person

pytestmark = pytest.mark.django_db
FEW = settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
ANNS_BIRTHDAY = {"date_of_birth_0": "1", "date_of_birth_1": "1", "date_of_birth_2": "1960"}
SAID = {
    "email": "ann@home.example", "telephone": "0161 496 0199", "wish": "Tea.", "needs": "A ramp.", "reason": "moved",
    "version": "1", "is_sure": "on", "confirm": "yes",
}  # fmt: skip


def forget_tries():
    limits.clear()
    cache.clear()


def of(referral):
    """Everything that hangs on one referral, as it lies in the tables."""
    return (
        Referral.objects.filter(pk=referral.pk).values().get(),
        list(ReferralEvent.objects.filter(referral=referral).values()),
        list(CaseNote.objects.filter(referral=referral).values()),
        list(PersonLink.objects.filter(referral=referral).values()),
    )


def test_anns_link_opens_hers_alone(referral_at, time_machine):
    time_machine.move_to(NOW, tick=False)
    rose, ann = referral_at("active"), referral_at("active", person=another_person("Ann"))
    hers, lines = opened_by_ann(ann), of(rose)
    for path in PAGES:
        for method in ("get", "post", "put"):
            said = SAID | {"referral": rose.reference, "key": link_of(rose).key} if method != "get" else {}
            forget_tries()
            text = getattr(hers, method)(f"/your-page/{path}", said).content.decode()
            assert ("Okafor" in text, "Rose" in text) == (False, False), (method, path)
            if not hers.cookies["own_page"].value:
                hers = opened_by_ann(ann)
    for asked in ("", "own-page/", "do/withdraw/"):
        assert hers.get(f"/r/{rose.reference}/{asked}").headers["Location"].startswith("/sign-in/?next=")
    for asked in ("", "own-page-link/", "events/", "record/"):
        assert hers.get(f"/api/v1/referrals/{rose.reference}/{asked}").status_code == 401
    mixed = Client()
    assert mixed.post(door(rose), ANNS_BIRTHDAY).status_code == 400, "Rose's link and Ann's birthday"
    links = {link["id"]: link for link in of(rose)[3]}
    assert of(rose)[:3] == lines[:3]
    assert [link | {"wrong_tries": 0} for link in links.values()] == [link | {"wrong_tries": 0} for link in lines[3]]


def opened_by_ann(ann):
    browser = Client()
    forget_tries()
    assert browser.post(door(ann), ANNS_BIRTHDAY).status_code == 302
    return browser


def everything():
    models = (ReferralEvent, OutboxMessage, CaseNote)
    return [model.objects.count() for model in models], list(PersonLink.objects.order_by("id").values())


ODD = ("A" * 5000, "\x00", "..%2f")


def tampered(token: str):
    """Texts near a real token, and texts that are nothing of the kind."""
    place = st.integers(0, len(token) - 1)
    changed = st.builds(lambda at, by: token[:at] + by + token[at + 1 :], place, st.text(max_size=3))
    cut = st.builds(lambda at: token[:at], place)
    return st.one_of(
        changed, cut, st.text(min_size=1, max_size=80), st.just("A" * 5000), st.just("\x00"), st.just("..%2f")
    )


def test_whatever_is_guessed_every_answer_is_the_same_and_changes_nothing(referral_at):
    referral = referral_at("active")
    token, before = token_of_link(link_of(referral)), everything()
    client = Client()
    nothing = client.get("/p/22222-22222-22222-22222-22222/")
    assert nothing.status_code == 404

    @FEW
    @given(typed=tampered(token))
    def guess(typed):
        forget_tries()
        in_address = quote(re.sub(r"[/\n\r]", "-", typed), errors="surrogatepass")
        answer = client.get(f"/p/{in_address}/")
        if digest_of(typed) == digest_of(token):  # a hyphen more, or a small letter: it is hers
            assert answer.status_code == 200
        else:
            assert answer.status_code == 404
            if answer.resolver_match is not None:  # else it is no address of the service at all
                assert answer.content == nothing.content

    guess()
    assert everything() == before


def test_no_pass_that_was_changed_opens_anything(referral_at, time_machine):
    time_machine.move_to(NOW, tick=False)
    referral = referral_at("active")
    sound = opened(referral).cookies["own_page"].value
    before, until = everything(), NOW.replace(year=2027)
    other_purpose = pass_of(link_of(referral).key, purpose="team-link", until=until)
    over = pass_of(link_of(referral).key, purpose=PERSONS_PAGE, until=NOW.replace(year=2025))

    @FEW
    @given(typed=st.one_of(tampered(sound), st.sampled_from([other_purpose, over])))
    def try_it(typed):
        if typed == sound or not typed.isascii() or not typed.isprintable():
            return
        forget_tries()
        client = Client()
        client.cookies["own_page"] = typed
        answer = read(client)
        assert answer.response.status_code >= 400 or answer.response.status_code == 302, typed
        assert "Rose" not in answer.html

    try_it()
    assert everything() == before
