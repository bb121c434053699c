"""The register of what is held on a person is whole: no model and no field can be left out of the file for the person,
or survive the forgetting, unnoticed.
"""

import datetime as dt
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import models

from accounts.actors import Actor
from referrals.holdings import HOLDINGS
from referrals.models import ConsentClock, DueTask, OnwardReferral, Person, Referral, SelfReferral, SubjectAccess
from referrals.services.consent import record_consent
from referrals.services.health import ClearanceDetails, ObservationDetails, record_clearance, record_observations
from referrals.services.subject_access import everything_on
from tests.stage import fresh

NOT_HELD_ON_A_PERSON = {
    ConsentClock: "A date that serves the clock; the consent says the same.",
    DueTask: "A view of the rows that are: it holds nothing of its own.",
    SelfReferral: "What was written at the public door: emptied when it is confirmed, deleted after a day.",
    SubjectAccess: "It tells that the file was made. In the file itself it would be one page late.",
}
"""Models that point at a person or a referral and are no part of what is held on them, and why."""


def hangs_on_a_person(model):
    return any(
        field.related_model in {Person, Referral, OnwardReferral, *(holding.model for holding in HOLDINGS)}
        for field in model._meta.concrete_fields
        if field.is_relation
    )


def test_every_model_that_hangs_on_a_person_is_in_the_register():
    found = {model for model in apps.get_models() if hangs_on_a_person(model)} - {Person}
    assert found == {holding.model for holding in HOLDINGS} | set(NOT_HELD_ON_A_PERSON)


@pytest.mark.parametrize("holding", HOLDINGS, ids=lambda holding: holding.model.__name__)
def test_of_every_field_it_is_said_whether_it_is_forgotten(holding):
    fields = {field.name: field for field in holding.model._meta.concrete_fields}
    named = {*holding.forgets, *holding.keeps, *holding.hides}
    assert named <= set(fields), "The register names a field that there is not."
    assert not set(holding.forgets) & holding.keeps
    if holding.is_removed:
        assert (dict(holding.forgets), holding.keeps) == ({}, frozenset())
        return
    free_text = {
        name
        for name, field in fields.items()
        if isinstance(field, models.CharField | models.TextField | models.JSONField) and not field.choices
    }
    coded_in_events = {"reason", "outcome"} if holding.model.__name__ == "ReferralEvent" else set()
    assert free_text - set(holding.forgets) - holding.keeps - coded_in_events == set()


def test_what_is_forgotten_can_stand_in_its_field():
    for holding in HOLDINGS:
        for name, value in holding.forgets.items():
            field = holding.model._meta.get_field(name)
            assert isinstance(field, models.Field)
            field.run_validators(value) if value else None
            can_be_empty = field.blank or field.null or not field.editable or isinstance(field, models.JSONField)
            assert value or can_be_empty, f"{holding.model.__name__}.{name} must not be empty."


def test_the_file_says_everything_in_as_many_queries_as_there_are_kinds_of_rows(
    cast, onward_at, now, django_assert_max_num_queries
):
    """Rose has been referred, sent to the walking group, and has come back from it; her blood pressure was taken."""
    onward = onward_at("completed")
    referral = Referral.objects.get(pk=onward.referral_id)
    link_worker = Actor(fresh(cast.link_worker))
    later = now + dt.timedelta(days=30)
    record_consent(referral=referral, actor=link_worker, at=later, decision="given", note="Said so again by telephone.")
    reading = ObservationDetails(
        code="blood_pressure", value=Decimal(150), second_value=Decimal(90), note="Taken at the hub."
    )
    record_observations(referral=referral, actor=link_worker, at=later, observations=[reading])
    given = ClearanceDetails(
        code="blood_pressure", is_cleared=True, professional_name="Dr Amara Shah", professional_role="GP",
        decided_on=later.date(), note="Fine to walk.",
    )  # fmt: skip
    record_clearance(referral=referral, actor=link_worker, at=later, given=given)
    person = referral.person
    with django_assert_max_num_queries(len(HOLDINGS) + 1):
        file = everything_on(person)
    assert file["person"] == {
        "nhs number": "9990000018", "nhs number status": "Number present but not traced", "first name": "Rose",
        "family name": "Okafor", "date of birth": "1951-03-27", "is deceased": False, "is restricted": False,
    }  # fmt: skip
    sections = {section["title"]: section["rows"] for section in file["sections"]}
    assert list(sections) == [
        "Referrals", "Links to your own page", "Needs", "Risks", "What you decided about sharing",
        "What is known of your health",
        "What professionals decided", "Where you were sent", "What happened, and who did it",
        "What was sent back to those who referred you",
    ]  # fmt: skip
    assert sections["Needs"] == [
        {"referral": referral.reference, "term": "Loneliness and isolation", "note": "misses company"}
    ]
    assert sections["What is known of your health"][0]["note"] == "Taken at the hub."
    assert sections["What is known of your health"][0]["value"] == 150.0
    assert sections["What professionals decided"][0]["professional name"] == "Dr Amara Shah"
    assert sections["Where you were sent"][0]["service"] == "Walking group"
    assert sections["Where you were sent"][0]["handover note"] == "Prefers mornings."
    happened = sections["What happened, and who did it"]
    assert [event["sequence"] for event in happened] == list(range(1, len(happened) + 1))
    assert happened[0]["actor name"] == "Gita Gill"
    machine = ("hash", "salt", "seal", "hashed text")
    assert not [name for event in happened for name in event if any(word in name for word in machine)]
    assert [each["title"] for each in file["withheld"]] == [
        "Safeguarding", "Who read about safeguarding", "Notes of the team",
    ]  # fmt: skip
