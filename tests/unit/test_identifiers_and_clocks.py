"""NHS numbers, postcodes, practice codes, references and working days."""

import datetime as dt

import pytest

from core.clocks import add_working_days, is_working_day, local_day, working_days_between
from core.identifiers import clean_nhs_number, clean_postcode, clean_practice_code, new_reference

VALID = ["943 476 5919", "999 000 0018", "999 000 0026", "9990000034", "999-000-0042", "999 007 9196", "999 023 7573"]
INVALID = ["999 123 4560", "987 654 4321", "999 123 4567", "999 000 0019", "99900000", "999000001A", "", "٩٩٩٠٠٠٠٠١٨"]


@pytest.mark.parametrize("number", VALID)
def test_a_valid_nhs_number_becomes_ten_digits(number):
    assert clean_nhs_number(number) == number.replace(" ", "").replace("-", "")


@pytest.mark.parametrize("number", INVALID)
def test_a_wrong_nhs_number_is_refused(number):
    with pytest.raises(ValueError, match="NHS number"):
        clean_nhs_number(number)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("sk58bs", "SK5 8BS"), ("M1 1AF", "M1 1AF"), ("M60 1NW", "M60 1NW"), ("W1A 0AX", "W1A 0AX"),
        ("CR2 6XH", "CR2 6XH"), ("DN55 1PT", "DN55 1PT"),
        ("EC1A 1BB", "EC1A 1BB"), (" sk1 3xe ", "SK1 3XE"), ("ZZ99 3VZ", "ZZ99 3VZ"),
        ("zz993cz", "ZZ99 3CZ"),
    ],
)  # fmt: skip
def test_a_postcode_becomes_its_published_form(typed, stored):
    assert clean_postcode(typed) == stored


@pytest.mark.parametrize("typed", ["SK5", "SK5 8CI", "QK1 1AA", "SK5 8B", "1SK 8BS", "ZZ98 3VZ", "", "SK5 8BSX"])
def test_what_is_no_postcode_is_refused(typed):
    with pytest.raises(ValueError, match="full UK postcode"):
        clean_postcode(typed)


@pytest.mark.parametrize("typed", ["P8800", "88001P", "P880011", "", "PP8001"])
def test_what_is_no_practice_code_is_refused(typed):
    with pytest.raises(ValueError, match="GP practice code"):
        clean_practice_code(typed)


def test_a_practice_code_is_upper_case():
    assert clean_practice_code(" p88001 ") == "P88001"


def test_references_can_be_read_aloud_and_do_not_repeat():
    references = {new_reference("R") for _ in range(2000)}
    assert len(references) == 2000
    assert all(len(each) == 13 and each[:2] == "R-" and each[7] == "-" for each in references)
    assert not set("".join(references)) & set("AEIOUY01LSZB")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-02", 2, "2026-11-04"),  # Monday to Wednesday
        ("2026-11-06", 1, "2026-11-09"),  # over a weekend
        ("2026-11-07", 0, "2026-11-09"),  # the first working day on or after a Saturday
        ("2026-12-24", 1, "2026-12-29"),  # Christmas Day is a Friday, Boxing Day's substitute is the Monday
        ("2026-04-02", 1, "2026-04-07"),  # over Easter
    ],
)
def test_working_days_of_england(start, count, end):
    assert add_working_days(dt.date.fromisoformat(start), count) == dt.date.fromisoformat(end)


def test_working_days_do_not_run_backwards():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(dt.date(2026, 11, 2), -1)


@pytest.mark.parametrize(
    ("day", "later", "count"),
    [
        ("2026-11-02", "2026-11-02", 0),
        ("2026-11-02", "2026-11-03", 1),
        ("2026-11-06", "2026-11-09", 1),  # over a weekend
        ("2026-12-24", "2026-12-29", 1),  # Christmas Day, a weekend, and a Monday for Boxing Day
        ("2026-11-03", "2026-11-02", 0),
    ],
)
def test_working_days_from_one_day_to_another(day, later, count):
    assert working_days_between(dt.date.fromisoformat(day), dt.date.fromisoformat(later)) == count


def test_a_bank_holiday_is_no_working_day():
    assert [is_working_day(dt.date(2026, 12, day)) for day in (24, 25, 28, 29)] == [True, False, False, True]


def test_the_day_is_the_day_in_england():
    assert local_day(dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)) == dt.date(2026, 7, 1)
