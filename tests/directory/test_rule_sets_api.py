"""A directory editor keeps the rules over the API; everybody reads them; listings say which of them hold."""

import datetime as dt

import pytest

from accounts.actors import Actor
from core.errors import Conflict
from services_directory import services as directory
from services_directory.models import EligibilityRule, ListingChange, RuleSetVersion, Service, ServiceRuleSet
from services_directory.selectors import rules_of, suitability_of
from services_directory.services import suitability as use_cases
from services_directory.suitability.facts import Facts
from services_directory.suitability.seed import SEED_SETS
from tests import stage
from tests.directory.rulebook import MORNING, SAYS, TODAY, answers
from web.managing.proposals import get_page

SETS = "/api/v1/directory/rule-sets/"
PRESSURE = {
    "code": "blood_pressure", "kind": "blood_pressure", "subject": "blood_pressure", "severity": "absolute",
    "operator": "at_least", "thresholds": [180, 100], "clearance_by": "a doctor", "source": "the leaflet, page 2",
}  # fmt: skip
STROKE = {
    "code": "since_stroke", "kind": "since_event", "subject": "stroke", "severity": "refer_to_clinician",
    "period": 3, "period_unit": "months", "clearance_by": "a stroke nurse", "source": "the leaflet, page 3",
}  # fmt: skip
LEAFLET = {"name": "The scheme", "basis": "own", "source": "Its leaflet of 2026.", "rules": [PRESSURE]}
SCHEME = {"key": "scheme", **LEAFLET}
VERSIONS = f"{SETS}scheme/versions/"


@pytest.fixture(autouse=True)
def _on_that_morning(time_machine):
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def edie(cast, as_user):
    """The API, as the directory editor."""
    return as_user(cast.editor)


@pytest.fixture
def published(edie):
    """The scheme's rules, in their first version."""
    assert edie.post(SETS, SCHEME).status_code == 201


def listing(service):
    return f"/api/v1/services/{service.pk}/"


def history(client, service):
    return client.get(f"{listing(service)}history/").json()["results"]


def verdict(service, **facts):
    return suitability_of([service.pk], facts=Facts(**facts), planned_start=TODAY, on=TODAY)[service.pk].verdict


# --- Publish, read ------------------------------------------------------------------------------------------------


def test_an_editor_makes_a_rule_set_and_everybody_who_searches_reads_it(cast, edie, as_user):
    answer = edie.post(SETS, SCHEME)
    version = {
        "key": "scheme", "name": "The scheme", "version": 1, "basis": "own", "source": "Its leaflet of 2026.",
        "valid_from": "2026-11-03", "published_at": "2026-11-03T09:00:00Z", "published_by": "Edie Keeper",
        "rules": [
            {
                **PRESSURE, "period": None, "period_unit": "", "values": [], "group": "", "valid_for_days": None,
                "note": "",
                "words": "Not suitable unless a doctor clears it: resting blood pressure at or above 180/100 mmHg, "
                "either value.",
            }
        ],
    }  # fmt: skip
    assert (answer.status_code, answer.json(), answer["ETag"]) == (201, version, '"1"')
    assert answer["Location"].endswith("/api/v1/directory/rule-sets/scheme/versions/1/")
    assert edie.get(answer["Location"]).json() == version
    # Who works where is for those who work together: others read that an editor published it.
    version["published_by"] = ""
    lou = as_user(cast.link_worker)
    assert lou.get(answer["Location"]).json() == version
    assert lou.get(VERSIONS).json()["results"] == [version]
    whole = lou.get(f"{SETS}scheme/")
    assert (whole.json(), whole["ETag"]) == (version | {"version_in_force": 1, "services": 0}, '"1"')
    in_the_list = {name: value for name, value in whole.json().items() if name != "rules"}
    assert lou.get(SETS).json()["results"] == [in_the_list]


def test_a_version_as_it_was_read_can_be_sent_back_with_another_rule(edie, published):
    read = edie.get(f"{SETS}scheme/")
    sent = {name: read.json()[name] for name in ("name", "basis", "source")} | {
        "rules": [*read.json()["rules"], STROKE]
    }
    answer = edie.post(VERSIONS, sent, headers={"If-Match": read["ETag"]})
    assert (answer.status_code, answer.json()["version"], answer["ETag"]) == (201, 2, '"2"')
    assert [rule["code"] for rule in answer.json()["rules"]] == ["blood_pressure", "since_stroke"]
    assert [(row["version"], len(row["rules"])) for row in edie.get(VERSIONS).json()["results"]] == [(2, 2), (1, 1)]


def test_a_version_that_begins_later_is_shown_and_does_not_decide_yet(cast, edie, published):
    cast_scheme = {"rule_sets": ["scheme"]}
    assert edie.patch(listing(cast.scheme), cast_scheme).status_code == 200
    strict = LEAFLET | {"rules": [PRESSURE | {"thresholds": [160, 90]}], "valid_from": "2026-12-01"}
    assert edie.post(VERSIONS, strict).status_code == 201
    found = edie.get(f"{SETS}scheme/").json()
    assert (found["version"], found["version_in_force"], found["valid_from"]) == (2, 1, "2026-12-01")
    assert verdict(cast.scheme, **answers(blood_pressure=(165, 85))) == "eligible_now"


def test_what_is_published_last_counts_also_over_what_was_to_begin_later(cast, edie, published):
    edie.patch(listing(cast.scheme), {"rule_sets": ["scheme"]})
    edie.post(VERSIONS, LEAFLET | {"rules": [PRESSURE | {"thresholds": [200, 120]}], "valid_from": "2026-12-01"})
    edie.post(VERSIONS, LEAFLET | {"rules": [PRESSURE | {"thresholds": [160, 90]}]})
    for day in (TODAY, dt.date(2026, 12, 24)):
        assert [rules.version for rules in rules_of([cast.scheme.pk], on=day)[cast.scheme.pk]] == [3]


def test_a_list_of_rule_sets_is_paged_and_its_queries_do_not_grow(cast, as_user, django_assert_num_queries):
    directory.load_rule_sets(at=MORNING)
    lou = as_user(cast.link_worker)
    first = lou.get(SETS, {"page_size": 10}).json()
    rest = lou.get(first["next"]).json()
    assert [row["key"] for row in (*first["results"], *rest["results"])] == sorted(seed.key for seed in SEED_SETS)
    for size in (1, 10):
        with django_assert_num_queries(1):
            lou.get(SETS, {"page_size": size})
    for path, queries in ((f"{SETS}ceredigion/", 2), (f"{SETS}ceredigion/versions/", 3)):
        with django_assert_num_queries(queries):
            lou.get(path)


@pytest.mark.parametrize("path", ["scheme/", "scheme/versions/", "scheme/versions/1/"])
def test_a_set_that_there_is_not_is_a_404(edie, path):
    assert edie.get(f"{SETS}{path}").status_code == 404


def test_a_version_that_there_is_not_is_a_404(edie, published):
    assert edie.get(f"{VERSIONS}2/").status_code == 404


def test_rules_are_for_who_signs_in(client, published):
    assert [client.get(path).status_code for path in (SETS, VERSIONS)] == [401, 401]


# --- Refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "provider", "manager"])
def test_others_read_the_rules_and_do_not_make_them(cast, as_user, published, who):
    client = as_user(getattr(cast, who))
    assert client.get(f"{SETS}scheme/").status_code == 200
    for path, sent in ((SETS, SCHEME | {"key": "mine"}), (VERSIONS, LEAFLET)):
        answer = client.post(path, sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert RuleSetVersion.objects.count() == 1


def test_a_key_is_one_sets_and_none_is_called_as_a_listings_own_words(edie, published):
    again = edie.post(SETS, SCHEME | {"name": "Another"})
    assert (again.status_code, again.json()["code"]) == (409, "rule_set_exists")
    assert list(edie.post(SETS, SCHEME | {"key": "listing"}).json()["errors"]) == ["key"]
    assert RuleSetVersion.objects.get().name == "The scheme"


def test_a_new_version_of_what_somebody_changed_meanwhile_is_refused(edie, published):
    edie.post(VERSIONS, LEAFLET | {"name": "Somebody's"})
    answer = edie.post(VERSIONS, LEAFLET | {"name": "Mine"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["version"]) == (412, 2)
    assert list(RuleSetVersion.objects.order_by("number").values_list("name", flat=True)) == [
        "The scheme",
        "Somebody's",
    ]


def test_the_same_request_again_publishes_nothing_new(edie, published):
    sent, header = LEAFLET | {"rules": [STROKE]}, {"Idempotency-Key": "publish-the-strokes"}
    first = edie.post(VERSIONS, sent, headers=header)
    again = edie.post(VERSIONS, sent, headers=header)
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert edie.post(VERSIONS, LEAFLET, headers=header).status_code == 422
    assert edie.post(SETS, SCHEME | {"key": "other"}, headers=header).status_code == 422
    assert RuleSetVersion.objects.count() == 2


WRONG = [
    ("no rules", {"rules": []}, "rules"),
    ("two rules of one code", {"rules": [PRESSURE, PRESSURE]}, "rules"),
    ("no source", {"source": " "}, "source"),
    ("a beginning in the past", {"valid_from": "2026-11-02"}, "valid_from"),
    ("a beginning in a hundred years", {"valid_from": "2126-11-03"}, "valid_from"),
    ("a field that there is not", {"author": "me"}, "author"),
    ("a basis that there is not", {"basis": "hearsay"}, "basis"),
    ("one threshold of two", {"rules": [PRESSURE | {"thresholds": [180]}]}, "rules.0"),
    ("a slip of the keyboard", {"rules": [PRESSURE | {"thresholds": [1800, 100]}]}, "rules.0"),
    ("an age of 180", {"rules": [PRESSURE | {"kind": "age", "subject": "date_of_birth", "severity": "requirement",
                                             "thresholds": [180], "clearance_by": ""}]}, "rules.0"),
    ("a question that there is not", {"rules": [PRESSURE | {"subject": "shoe_size"}]}, "rules.0"),
    ("a question of another kind", {"rules": [STROKE, PRESSURE | {"subject": "asthma"}]}, "rules.1"),
    ("nobody who clears", {"rules": [STROKE | {"clearance_by": ""}]}, "rules.0"),
    ("a period where time does not count", {"rules": [PRESSURE | {"period": 3, "period_unit": "weeks"}]}, "rules.0"),
    ("an area by its name", {"rules": [{"code": "area", "kind": "area", "subject": "local_authority", "source": "us",
                                        "severity": "requirement", "values": ["Stockport"]}]}, "rules.0"),
    ("a neighbourhood that there is not", {"rules": [{"code": "area", "kind": "area", "subject": "neighbourhood",
                                                      "source": "us", "severity": "requirement",
                                                      "values": ["atlantis"]}]}, "rules"),
    ("a practice by its name", {"rules": [{"code": "gp", "kind": "practice", "subject": "gp_practice_code",
                                           "source": "us", "severity": "requirement", "values": ["Vale"]}]}, "rules.0"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_makes_no_rules_is_refused_with_its_place(edie, published, changes, field):
    answer = edie.post(VERSIONS, LEAFLET | changes)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert (RuleSetVersion.objects.count(), EligibilityRule.objects.count()) == (1, 1)


# --- With the listing ---------------------------------------------------------------------------------------------


def said(*versions):
    return [
        {"key": key, "name": "The scheme", "version": version, "valid_from": "2026-11-03"} for key, version in versions
    ]


def test_an_editor_says_which_rules_hold_for_a_listing_and_its_history_says_who_did(cast, edie, published):
    read = edie.get(listing(cast.scheme))
    assert read.json()["rule_sets"] == []
    answer = edie.patch(listing(cast.scheme), {"rule_sets": ["scheme"]}, headers={"If-Match": read["ETag"]})
    assert (answer.status_code, answer.json()["rule_sets"]) == (200, ["scheme"])
    assert ServiceRuleSet.objects.get().applied_by == cast.editor
    change = {"field": "rule_sets", "before": [], "after": said(("scheme", 1))}
    assert history(edie, cast.scheme) == [
        {
            "version": 2, "occurred_at": "2026-11-03T09:00:00Z", "kind": "edit", "is_new": False, "side": "editor",
            "who": "Edie Keeper", "proposal": "", "changes": [change],
        }
    ]  # fmt: skip
    stale = edie.patch(listing(cast.scheme), {"rule_sets": []}, headers={"If-Match": read["ETag"]})
    assert (stale.status_code, ServiceRuleSet.objects.count()) == (412, 1)
    edie.patch(listing(cast.scheme), {"rule_sets": []})
    assert (history(edie, cast.scheme)[0]["changes"][0]["after"], ServiceRuleSet.objects.count()) == ([], 0)


def test_a_new_version_is_in_the_history_of_the_listings_it_applies_to_and_of_no_other(cast, edie, published):
    for service in (cast.scheme, cast.walking):
        edie.patch(listing(service), {"rule_sets": ["scheme"]})
    assert edie.post(VERSIONS, LEAFLET | {"rules": [PRESSURE, STROKE]}).status_code == 201
    for service in (cast.scheme, cast.walking):
        latest = history(edie, service)[0]
        assert (latest["kind"], latest["who"], latest["version"], latest["changes"]) == (
            "rules", "Edie Keeper", 3,
            [{"field": "rule_sets", "before": said(("scheme", 1)), "after": said(("scheme", 2))}],
        )  # fmt: skip
    assert list(ListingChange.objects.filter(service_id=cast.visiting.pk)) == []


def test_a_provider_proposes_rules_and_they_hold_when_an_editor_approves(cast, edie, as_user, published):
    pat = as_user(cast.provider)
    answer = pat.patch(listing(cast.walking), {"rule_sets": ["scheme"]})
    assert (answer.status_code, answer.json()["rule_sets"]) == (202, [])
    waits = answer.json()["pending"]
    assert waits["changes"] == [{"field": "rule_sets", "before": [], "after": said(("scheme", 1))}]
    assert verdict(cast.walking, **answers(blood_pressure=(185, 90))) == "no_rules"
    assert edie.post(f"/api/v1/directory/proposals/{waits['reference']}/approve/").status_code == 200
    assert verdict(cast.walking, **answers(blood_pressure=(185, 90))) == "not_eligible"
    latest = history(edie, cast.walking)[0]
    assert (latest["kind"], latest["who"], latest["proposal"]) == ("approval", "Edie Keeper", waits["reference"])


def test_a_provider_does_not_take_rules_off_alone(cast, edie, as_user, published):
    edie.patch(listing(cast.walking), {"rule_sets": ["scheme"]})
    answer = as_user(cast.provider).patch(listing(cast.walking), {"rule_sets": []})
    assert (answer.status_code, answer.json()["rule_sets"], ServiceRuleSet.objects.count()) == (202, ["scheme"], 1)


def test_rules_that_changed_since_they_were_proposed_are_looked_at_again(cast, edie, as_user, published):
    edie.patch(listing(cast.walking), {"rule_sets": ["scheme"]})
    waits = as_user(cast.provider).patch(listing(cast.walking), {"rule_sets": []}).json()["pending"]
    edie.post(VERSIONS, LEAFLET | {"rules": [STROKE]})
    answer = edie.post(f"/api/v1/directory/proposals/{waits['reference']}/approve/")
    assert (answer.status_code, answer.json()["code"], ServiceRuleSet.objects.count()) == (409, "listing_changed", 1)


def test_a_rule_set_that_there_is_not_cannot_be_applied(cast, edie, published):
    answer = edie.patch(listing(cast.scheme), {"rule_sets": ["scheme", "no-such"]})
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"rule_sets": ["No rule set 'no-such' has been published: see /api/v1/directory/rule-sets/."]},
    )
    assert ServiceRuleSet.objects.count() == 0


def test_rules_are_a_column_of_the_spreadsheet(cast, edie, published):
    def row(keys):
        return f"id,name,rule_sets\r\n{cast.scheme.pk},{cast.scheme.name},{keys}\r\n"

    def send(keys):
        answer = edie.post("/api/v1/directory/services.csv", row(keys), content_type="text/csv")
        report = answer.json()
        return report["changed"], report["unchanged"], [refused["reason"] for refused in report["refused"]]

    assert send("scheme") == (1, 0, [])
    assert send("scheme") == (0, 1, [])
    assert send("no-such") == (
        0, 0, ["rule_sets: No rule set 'no-such' has been published: see /api/v1/directory/rule-sets/."],
    )  # fmt: skip
    assert edie.get(listing(cast.scheme)).json()["rule_sets"] == ["scheme"]
    assert send("") == (1, 0, [])
    assert ServiceRuleSet.objects.count() == 0


def test_a_proposal_of_rules_is_read_in_words(cast, edie, as_user, published):
    waits = as_user(cast.provider).patch(listing(cast.walking), {"rule_sets": ["scheme"]}).json()["pending"]
    page = get_page(stage.fresh(cast.editor), waits["reference"])
    assert [(change.field, change.after) for change in page.changes] == [("Rule sets", "The scheme")]


def test_a_set_that_is_applied_while_its_next_version_is_published_is_published_again(cast, monkeypatch, published):
    real, asked = use_cases._listings_of, []

    def another_each_time(key):
        asked.append(key)
        return [*real(key), *([cast.scheme.pk] if len(asked) > 1 else [])]

    monkeypatch.setattr(use_cases, "_listings_of", another_each_time)
    with pytest.raises(Conflict) as refused:
        directory.publish_rule_set(
            key="scheme", name="The scheme", basis="own", source="Its leaflet.", rules=[SAYS.rules_out("asthma")],
            actor=Actor(stage.fresh(cast.editor)), at=MORNING,
        )  # fmt: skip
    assert (refused.value.code, RuleSetVersion.objects.count()) == ("applied_meanwhile", 1)


def test_publishing_costs_the_same_queries_however_many_listings_have_the_set(
    cast, edie, published, django_assert_max_num_queries
):
    def costs(limit):
        with django_assert_max_num_queries(limit) as captured:
            edie.post(VERSIONS, LEAFLET)
        return len(captured)

    edie.patch(listing(cast.scheme), {"rule_sets": ["scheme"]})
    few = costs(60)
    for number in range(12):
        service = Service.objects.create(organization=cast.scheme.organization, name=f"Class {number}")
        edie.patch(listing(service), {"rule_sets": ["scheme"]})
    assert costs(few) == few
