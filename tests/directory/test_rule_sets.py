"""Rule sets are published in versions that stay; an answer names the version that decided."""

import datetime as dt
import uuid

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.actors import SYSTEM, Actor
from core.errors import Invalid, NotPermitted
from services_directory.demo.listings import demo_service_id
from services_directory.models import EligibilityRule, RuleSet, RuleSetVersion, Service, ServiceRuleSet
from services_directory.selectors import rules_of, suitability_of
from services_directory.services import (
    apply_rule_set,
    load_demo_directory,
    load_demo_rules,
    load_rule_sets,
    publish_rule_set,
)
from services_directory.services import suitability as services
from services_directory.suitability.facts import Facts
from services_directory.suitability.kinds import Operator, PeriodUnit, RuleBasis
from services_directory.suitability.seed import SEED_SETS
from tests import stage
from tests.directory.rulebook import MORNING, SAYS, TODAY, answers, day, remade

STRICT = SAYS.rules_out_pressure(Operator.AT_LEAST, 160, 90)
USUAL = SAYS.rules_out_pressure(Operator.AT_LEAST, 180, 100)
EVERY_SORT = (
    USUAL,
    SAYS.waits("stroke", 3, PeriodUnit.MONTHS),
    SAYS.asks_a_clinician("unstable_diabetes", note="A remark."),
    SAYS.needs_choice("risk_tier", "low", "medium", group="any"),
    remade(SAYS.needs_measure("bmi", Operator.ABOVE, 27, group="any"), valid_for_days=365),
)


@pytest.fixture
def publish(cast):
    """Publish the scheme's rules, as the directory editor."""

    def publish(*rules, at=MORNING, actor=None, **changes):
        given = {
            "key": "scheme", "name": "The scheme", "basis": RuleBasis.OWN, "source": "Its leaflet of 2026.",
            "rules": rules, "actor": actor or Actor(stage.fresh(cast.editor)), "at": at,
        }  # fmt: skip
        return publish_rule_set(**(given | changes))

    return publish


@pytest.fixture
def scheme(cast, publish):
    """The exercise scheme of the town, whose rules are published and apply to it."""
    publish(USUAL)
    apply_rule_set(service=cast.scheme, key="scheme", actor=Actor(stage.fresh(cast.editor)), at=MORNING)
    return cast.scheme


def refused(match):
    return pytest.raises(DatabaseError, match=match)


def asked(service, *, on=TODAY, **known):
    facts = Facts(**answers(**known))
    return suitability_of([service.pk], facts=facts, planned_start=on, on=on)[service.pk]


# --- Publishing ---------------------------------------------------------------------------------------------------


def test_what_is_published_is_read_back_as_it_was(cast, publish):
    publish(*EVERY_SORT)
    apply_rule_set(service=cast.scheme, key="scheme", actor=SYSTEM, at=MORNING)
    (version,) = rules_of([cast.scheme.pk], on=TODAY)[cast.scheme.pk]
    assert tuple(in_force.rule for in_force in version.rules) == EVERY_SORT
    assert (version.key, version.name, version.version, version.basis, version.source, version.valid_from) == (
        "scheme", "The scheme", 1, "own", "Its leaflet of 2026.", TODAY,
    )  # fmt: skip


def test_an_answer_names_the_version_that_decided(scheme, publish):
    before = asked(scheme, blood_pressure=(165, 85))
    publish(STRICT, at=MORNING + dt.timedelta(days=9))
    that_day = asked(scheme, blood_pressure=(165, 85))
    now = asked(scheme, on=day("2026-11-12"), blood_pressure=(165, 85))
    assert [(found.verdict, found.decided_by[0].in_force.version) for found in (before, that_day, now)] == [
        ("eligible_now", 1),
        ("eligible_now", 1),
        ("not_eligible", 2),
    ]


def test_a_version_can_be_published_ahead_of_its_day(scheme, publish):
    publish(STRICT, valid_from=day("2026-12-01"))
    assert asked(scheme, on=day("2026-11-30"), blood_pressure=(165, 85)).verdict == "eligible_now"
    assert asked(scheme, on=day("2026-12-01"), blood_pressure=(165, 85)).verdict == "not_eligible"


def test_of_two_versions_of_one_day_the_later_one_holds(scheme, publish):
    assert publish(STRICT).version.number == 2
    assert asked(scheme, blood_pressure=(165, 85)).verdict == "not_eligible"


def test_a_version_cannot_begin_in_the_past(publish):
    with pytest.raises(Invalid) as refusal:
        publish(USUAL, valid_from=day("2026-11-02"))
    assert refusal.value.extra["errors"] == {
        "valid_from": [
            "A version begins today or later, within two years: earlier answers were given by the one before."
        ]
    }
    assert RuleSet.objects.count() == 0


@pytest.mark.parametrize(
    ("rules", "changes", "field"),
    [((), {}, "rules"), ((USUAL, STRICT), {}, "rules"), ((USUAL,), {"source": " "}, "source")],
)
def test_a_set_needs_rules_with_codes_of_their_own_and_a_source(publish, rules, changes, field):
    with pytest.raises(Invalid) as refusal:
        publish(*rules, **changes)
    assert list(refusal.value.extra["errors"]) == [field]
    assert RuleSet.objects.count() == 0


@pytest.mark.parametrize("who", ["gp", "link_worker", "lead", "provider", "manager", "outsider"])
def test_only_a_directory_editor_keeps_the_rules(cast, publish, who):
    actor = Actor(stage.fresh(getattr(cast, who)))
    with pytest.raises(NotPermitted):
        publish(USUAL, actor=actor)
    publish(USUAL)
    with pytest.raises(NotPermitted):
        apply_rule_set(service=cast.scheme, key="scheme", actor=actor, at=MORNING)
    assert (RuleSetVersion.objects.count(), ServiceRuleSet.objects.count()) == (1, 0)


def test_a_set_is_applied_once_and_must_have_been_published(cast, scheme):
    apply_rule_set(service=scheme, key="scheme", actor=SYSTEM, at=MORNING)
    assert ServiceRuleSet.objects.get().applied_by == cast.editor
    with pytest.raises(Invalid):
        apply_rule_set(service=scheme, key="no-such", actor=SYSTEM, at=MORNING)


# --- What the database refuses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE services_directory_rulesetversion SET valid_from = '2020-01-01'",
        "UPDATE services_directory_rulesetversion SET published_at = NULL",
        "DELETE FROM services_directory_rulesetversion",
        "UPDATE services_directory_eligibilityrule SET thresholds = '{220,120}'",
        "DELETE FROM services_directory_eligibilityrule",
        "INSERT INTO services_directory_eligibilityrule (id, version_id, position, code, kind, subject, severity,"
        ' operator, thresholds, period_unit, "values", clearance_by, "group", source, note)'
        " SELECT gen_random_uuid(), version_id, 9, 'more', kind, subject, severity, operator, thresholds, period_unit,"
        ' "values", clearance_by, "group", source, note FROM services_directory_eligibilityrule',
    ],
)
def test_a_published_version_and_its_rules_cannot_be_changed(scheme, statement):
    before = list(EligibilityRule.objects.values()), list(RuleSetVersion.objects.values())
    with refused("version 1 of rule set scheme is published"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (list(EligibilityRule.objects.values()), list(RuleSetVersion.objects.values())) == before


@pytest.mark.parametrize(
    ("table", "trigger"),
    [
        ("services_directory_rulesetversion", "version_no_truncate"),
        ("services_directory_eligibilityrule", "rule_no_truncate"),
    ],
)
def test_published_rules_cannot_be_emptied_away(scheme, table, trigger):
    with refused("holds published rules"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        cursor.execute(f"TRUNCATE {table} CASCADE")
    assert EligibilityRule.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"kind": "horoscope"}, "rule_kind_known"),
        ({"severity": "mild"}, "rule_severity_known"),
        ({"operator": "near"}, "rule_operator_known"),
        ({"source": ""}, "rule_names_its_source"),
        ({"period": 3, "period_unit": "weeks"}, "rule_period_where_time_counts"),
        ({"severity": "requirement"}, "rule_requirement_is_not_cleared"),
        ({"severity": "refer_to_clinician", "clearance_by": ""}, "rule_says_whose_clearance"),
        ({"group": "any"}, "rule_alternatives_are_requirements"),
    ],
)
def test_the_database_refuses_what_is_no_rule(db, change, constraint):
    draft = RuleSetVersion.objects.create(
        rule_set=RuleSet.objects.create(key="draft"), number=1, name="A draft", basis="own", source="Somebody",
        valid_from=TODAY,
    )  # fmt: skip
    columns = services._columns(USUAL) | change
    with refused(constraint), transaction.atomic():
        EligibilityRule.objects.create(version=draft, position=1, **columns)


# --- What comes with the product ----------------------------------------------------------------------------------


def test_the_rules_that_come_with_the_product_are_published_once(db, capsys):
    call_command("load_rules")
    first = capsys.readouterr().out.splitlines()
    call_command("load_rules")
    second = capsys.readouterr().out.splitlines()
    assert first[-1] == f"{len(SEED_SETS)} published, 0 unchanged."
    assert second == [f"0 published, {len(SEED_SETS)} unchanged."]
    assert set(RuleSetVersion.objects.values_list("number", "basis")) == {(1, "comparable")}


def test_a_set_that_has_changed_becomes_a_new_version_and_the_others_stay(db, monkeypatch):
    load_rule_sets(at=MORNING)
    changed = type(SEED_SETS[0])(**(vars(SEED_SETS[0]) | {"rules": SEED_SETS[0].rules[1:]}))
    monkeypatch.setattr(services, "SEED_SETS", (changed, *SEED_SETS[1:]))
    report = load_rule_sets(at=MORNING + dt.timedelta(days=1))
    assert report.published == ["contraindications-core"]
    numbers = RuleSetVersion.objects.filter(rule_set="contraindications-core").order_by("number")
    assert [(version.number, version.rules.count()) for version in numbers] == [(1, 17), (2, 16)]


def test_the_demonstrations_paris_has_the_core_list_and_rules_that_are_said_to_be_made_up(teams):
    load_demo_directory(teams=teams, at=MORNING)
    load_demo_rules(at=MORNING)
    load_demo_rules(at=MORNING)
    paris = demo_service_id("paris")
    versions = rules_of([paris], on=TODAY)[paris]
    assert [(version.key, version.version, version.basis) for version in versions] == [
        ("listing", None, "made_up"),  # its lowest age
        ("contraindications-core", 1, "comparable"),
        ("paris-demonstration", 1, "made_up"),
    ]
    found = suitability_of([paris], facts=Facts(date_of_birth=day("1951-03-27")), planned_start=TODAY, on=TODAY)[paris]
    assert (found.verdict, found.notices) == (
        "cannot_say",
        (
            "Rules of comparable schemes or of guidance, not confirmed by this service: "
            "Contraindications to exercise, core list.",
            "Rules made up for the demonstration: The listing; PARiS, made up for the demonstration.",
        ),
    )


# --- The listing's own words, and the page ------------------------------------------------------------------------


def test_what_the_listing_says_is_a_rule_with_the_listing_as_its_source(cast, scheme):
    Service.objects.filter(pk=scheme.pk).update(
        minimum_age=16, maximum_age=65.5, genders=["female", "non_binary"], made_up=["maximum_age"]
    )
    listing, published = rules_of([scheme.pk], on=TODAY)[scheme.pk]
    assert [(in_force.rule.code, in_force.rule.source, in_force.version) for in_force in listing.rules] == [
        ("minimum_age", "the listing", None),
        ("maximum_age", "the listing", None),
        ("genders", "the listing", None),
    ]
    assert (listing.basis, published.key) == ("made_up", "scheme")
    found = suitability_of(
        [scheme.pk],
        facts=Facts(date_of_birth=day("2010-11-20"), **answers(gender="non_binary", blood_pressure=(120, 80))),
        planned_start=TODAY, on=TODAY,
    )[scheme.pk]  # fmt: skip
    assert (found.verdict, found.label) == ("eligible_from", "Eligible from 20 November 2026")


def test_a_page_of_services_costs_two_queries_and_one_when_its_rules_were_read_before(
    cast, scheme, publish, django_assert_num_queries
):
    publish(STRICT, key="other", name="Another set")
    for service in (cast.walking, cast.visiting):
        for key in ("scheme", "other"):
            apply_rule_set(service=service, key=key, actor=SYSTEM, at=MORNING)
    ids = [cast.scheme.pk, cast.walking.pk, cast.visiting.pk, cast.leaflet.pk]
    facts = Facts(**answers(blood_pressure=(165, 85)))
    with django_assert_num_queries(2):
        found = suitability_of(ids, facts=facts, planned_start=TODAY, on=TODAY)
    assert [found[service_id].verdict for service_id in ids] == [
        "eligible_now", "not_eligible", "not_eligible", "no_rules",
    ]  # fmt: skip
    with django_assert_num_queries(1):
        suitability_of(ids, facts=facts, planned_start=TODAY, on=TODAY)
    with django_assert_num_queries(1):
        suitability_of(ids[:1], facts=facts, planned_start=TODAY, on=TODAY)
    with django_assert_num_queries(1):
        assert suitability_of([uuid.UUID(int=1)], facts=facts, planned_start=TODAY, on=TODAY) == {}


def test_the_rules_of_a_service_can_be_read_in_words(cast, scheme, as_user, time_machine):
    time_machine.move_to(MORNING)
    Service.objects.filter(pk=scheme.pk).update(minimum_age=16)
    answer = as_user(cast.provider).get(f"/api/v1/services/{scheme.pk}/rules/")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "rule_sets": [
                {
                    "key": "listing", "name": "The listing", "version": None, "basis": "own",
                    "source": "The service's own listing.", "valid_from": None,
                    "rules": [
                        {
                            "code": "minimum_age", "words": "Needed: aged 16 or over.", "severity": "requirement",
                            "group": "", "clearance_by": "", "source": "the listing",
                        }
                    ],
                },
                {
                    "key": "scheme", "name": "The scheme", "version": 1, "basis": "own",
                    "source": "Its leaflet of 2026.", "valid_from": "2026-11-03",
                    "rules": [
                        {
                            "code": "blood_pressure",
                            "words": "Not suitable unless a doctor clears it: resting blood pressure at or above "
                            "180/100 mmHg, either value.",
                            "severity": "absolute", "group": "", "clearance_by": "a doctor", "source": "the source",
                        }
                    ],
                },
            ]
        },
    )  # fmt: skip


@pytest.mark.parametrize("pk", [str(uuid.UUID(int=1)), "not-an-id"])
def test_there_are_no_rules_of_a_service_that_is_not_there(cast, as_user, pk):
    assert as_user(cast.gp).get(f"/api/v1/services/{pk}/rules/").status_code == 404
