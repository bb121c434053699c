"""What was typed on a page that somebody left is there again when they go back, and for nobody else."""

import datetime as dt

import pytest

from notifications.models import Preference

pytestmark = pytest.mark.django_db
PAGE = "/me/messages/"
LEFT = f"/typed/?page={PAGE}"


@pytest.fixture
def gita(cast, somebody):
    """Gita has filled in half of a form, and follows a link."""
    gita = somebody(cast.gp)
    gita.sign_in()
    typed = gita.fields_of(PAGE) | {
        "quiet_from": "6:45pm",
        "news": "in_app",
        "password": "never-kept",
        "code": "123456",
    }
    assert gita.client.post("/typed/", typed).status_code == 204
    return gita


def test_it_is_there_once_and_only_on_its_page(gita):
    assert gita.client.get("/typed/?page=/refer/").status_code == 204
    fields = gita.client.get(LEFT).json()["fields"]
    assert (fields["quiet_from"], fields["news"]) == (["6:45pm"], ["in_app"])
    assert {"password", "code", "csrfmiddlewaretoken", "typed_for"} & fields.keys() == set()
    assert gita.client.get(LEFT).status_code == 204
    assert Preference.objects.count() == 0


def test_who_opens_the_page_by_a_link_begins_with_an_empty_form(gita, read):
    assert "6:45pm" not in read(gita.client, PAGE).html


def test_it_waits_for_half_an_hour(gita, time_machine):
    time_machine.shift(dt.timedelta(minutes=20))
    assert gita.client.get("/still-here/").status_code == 200
    time_machine.shift(dt.timedelta(minutes=11))
    assert gita.client.get(LEFT).status_code == 204


def test_nobody_else_has_it(gita, cast, somebody):
    forged = gita.fields_of(PAGE) | {"quiet_from": "6:45pm", "typed_for": "forged"}
    lou = somebody(cast.link_worker)
    lou.sign_in()
    assert lou.client.post("/typed/", forged).status_code == 204
    assert lou.client.get(LEFT).status_code == 204
    gita.client.post("/sign-out/")
    gita.sign_in()
    assert gita.client.get(LEFT).status_code == 204
