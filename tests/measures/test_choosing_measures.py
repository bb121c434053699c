"""Which measures a scheme or a team takes, over HTTP: who reads it, who sets it, and what is refused."""

from typing import Any

import pytest

from referrals.models import MeasureInUse
from services_directory.models import Service

ONS4 = {"measures": [{"measure": "ons4", "weeks": [26, 0, 13, 13]}, {"measure": "active_days"}]}
CHOSEN = {"measures": [{"measure": "active_days", "weeks": []}, {"measure": "ons4", "weeks": [0, 13, 26]}]}
NONE: dict[str, Any] = {"measures": []}
PAM = {"measures": [{"measure": "ons4"}, {"measure": "pam"}]}
NOBODYS = "00000000-0000-4000-8000-000000000000"


def of_scheme(cast):
    return f"/api/v1/services/{cast.walking.pk}/measures/"


def of_team(cast):
    return f"/api/v1/teams/{cast.team.pk}/measures/"


def everything():
    return list(MeasureInUse.objects.order_by("id").values())


@pytest.mark.parametrize(("address", "who"), [(of_scheme, "provider"), (of_team, "lead")])
def test_whoever_keeps_it_chooses_and_everybody_reads(address, who, cast, as_user):
    url, client = address(cast), as_user(getattr(cast, who))
    assert client.get(url).json() == NONE
    answer = client.put(url, ONS4)
    assert (answer.status_code, answer.json()) == (200, CHOSEN)
    assert as_user(cast.gp).get(url).json() == CHOSEN

    # The list is whole: what is left out is taken no more.
    fewer = client.put(url, {"measures": [{"measure": "ucla3", "weeks": [0]}]})
    assert fewer.json() == {"measures": [{"measure": "ucla3", "weeks": [0]}]}
    assert client.put(url, NONE).json() == NONE
    assert everything() == []


def test_what_was_chosen_is_due(cast, onward_at, as_user):
    Service.objects.filter(pk=cast.walking.pk).update(review_points_weeks=[0, 13, 26])
    client = as_user(cast.provider)
    client.put(of_scheme(cast), {"measures": [{"measure": "ons4"}]})
    onward = onward_at("started")
    due = client.get(f"/api/v1/onward-referrals/{onward.reference}/measures/due/").json()["due"]
    assert [(each["measure"], each["point"]) for each in due] == [("ons4", 0), ("ons4", 13), ("ons4", 26)]


@pytest.mark.parametrize(
    ("address", "who"),
    [
        (of_scheme, "gp"), (of_scheme, "link_worker"), (of_scheme, "lead"), (of_scheme, "befriender"),
        (of_scheme, "editor"), (of_scheme, "outsider"), (of_team, "gp"), (of_team, "link_worker"),
        (of_team, "provider"), (of_team, "manager"), (of_team, "neighbouring_link_worker"), (of_team, "outsider"),
    ],
)  # fmt: skip
def test_nobody_else_chooses(address, who, cast, as_user):
    as_user(cast.provider).put(of_scheme(cast), ONS4)
    as_user(cast.lead).put(of_team(cast), ONS4)
    before = everything()
    answer = as_user(getattr(cast, who)).put(address(cast), NONE)
    assert (answer.status_code, answer.json()["code"], everything()) == (403, "not_permitted", before)


def test_a_measure_that_needs_a_licence_is_refused_until_it_is_recorded(cast, as_user):
    lead, url = as_user(cast.lead), of_team(cast)
    lead.put(url, {"measures": [{"measure": "ucla3"}]})
    before = everything()
    refused = lead.put(url, PAM)
    assert (refused.status_code, refused.json()["code"], everything()) == (409, "licence_missing", before)

    licence = {"team": str(cast.team.pk), "measure": "pam", "reference": "Letter of May", "valid_from": "2026-01-01"}
    assert lead.post("/api/v1/measure-licences/", licence).status_code == 201
    assert lead.put(url, PAM).status_code == 200
    # The licence is the link workers' organisation's: the leisure trust has none of its own.
    assert as_user(cast.provider).put(of_scheme(cast), PAM).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {}, {"measures": "ons4"}, {"measures": [{"measure": "horoscope"}]}, {"measures": [{"weeks": [0]}]},
        {"measures": [{"measure": "ons4", "weeks": [-1]}]}, {"measures": [{"measure": "ons4", "weeks": [521]}]},
        {"measures": [{"measure": "ons4", "weeks": ["soon"]}]}, {"measures": [{"measure": "ons4", "week": 1}]},
        {"measures": [{"measure": "ons4"}, {"measure": "ons4", "weeks": [1]}]},
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_changes_nothing(body, cast, as_user):
    client, url = as_user(cast.provider), of_scheme(cast)
    client.put(url, ONS4)
    before = everything()
    answer = client.put(url, body)
    assert (answer.status_code, answer.json()["code"], everything()) == (400, "invalid", before)


def test_a_scheme_or_team_that_is_not_there(cast, as_user):
    for kind in ("services", "teams"):
        for method in ("get", "put"):
            answer = getattr(as_user(cast.lead), method)(f"/api/v1/{kind}/{NOBODYS}/measures/")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert as_user(cast.provider).put(f"/api/v1/services/{cast.leaflet.pk}/measures/", NONE).status_code == 403
