"""What a feed no longer has is withdrawn, and comes back with it; never because a feed could not be read."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from services_directory.models import Schedule, Service
from services_directory.open_referral.items import Unreadable
from services_directory.open_referral.report import ImportReport
from services_directory.services import import_feed

pytestmark = pytest.mark.django_db

LATER = dt.datetime(2026, 11, 9, tzinfo=dt.UTC)


@pytest.fixture
def load(at):
    """Import records as the feed "Test", at some moment."""

    def load(*records, when=at, **how):
        return import_feed(feed_name="Test", source="test.json", records=records, at=when, **how)

    return load


def standing():
    return sorted(Service.objects.filter(withdrawn_at=None).values_list("name", flat=True))


def test_a_service_that_leaves_its_feed_is_withdrawn_and_keeps_its_rows(load, record):
    load(record(), record("Walks"))

    report = load(record(), when=LATER)

    assert report == ImportReport(unchanged=1, withdrawn=1)
    walks = Service.objects.get(name="Walks")
    assert (walks.withdrawn_at, walks.schedules.count()) == (LATER, 1)
    assert load(record(), when=LATER + dt.timedelta(days=1)) == ImportReport(unchanged=1)
    walks.refresh_from_db()
    assert walks.withdrawn_at == LATER


def test_a_service_that_comes_back_counts_as_changed(load, record):
    load(record(), record("Walks"), record("Chess"))
    load(record(), when=LATER)

    report = load(record(), record("Walks"), record("Chess", description="New words"))

    assert report == ImportReport(unchanged=1, changed=2)
    assert standing() == ["Chair exercises", "Chess", "Walks"]
    assert Schedule.objects.count() == 3


def test_only_this_feed_s_services_are_withdrawn(load, record, at):
    import_feed(feed_name="Another", source="x", records=[record("Walks")], at=at)

    assert load(record()) == ImportReport(created=1)
    assert load(record("Chess")) == ImportReport(created=1, withdrawn=1)
    assert standing() == ["Chess", "Walks"]


def test_a_record_that_is_refused_is_still_in_the_feed(load, record):
    load(record(), record("Walks"))

    report = load(record(), record("Walks", status="whenever"))

    assert (report.withdrawn, len(report.refused), report.warnings) == (0, 1, [])
    assert standing() == ["Chair exercises", "Walks"]


def test_a_service_whose_detail_cannot_be_read_is_still_in_the_feed(load, record):
    load(record(), record("Walks"))

    report = load(record(), Unreadable(record("Walks")["id"], "The answer was 500."))

    assert (report.withdrawn, report.warnings) == (0, [])
    assert standing() == ["Chair exercises", "Walks"]


@pytest.mark.parametrize(
    ("more", "how", "reason"),
    [
        ([Unreadable("(page 2)", "The answer was 500.", loses_more=True)], {}, "Not the whole feed was read"),
        ([], {"is_partial": True}, "Not the whole feed was read"),
    ],
)
def test_a_run_that_may_have_missed_some_withdraws_nothing_and_says_so(load, record, more, how, reason):
    load(record(), record("Walks"))

    report = load(record(), *more, **how)

    assert report.warnings == [f"{reason}: nothing was withdrawn of 1 services that were not met."]
    assert (report.withdrawn, standing()) == (0, ["Chair exercises", "Walks"])


def test_an_empty_feed_withdraws_nothing(load, record):
    load(record())

    assert load() == ImportReport(
        warnings=["The feed gave nothing that could be loaded: nothing was withdrawn of 1 services that were not met."]
    )
    assert standing() == ["Chair exercises"]


def test_more_than_half_of_a_feed_leaves_only_where_it_is_allowed(load, record):
    every = [record(f"Group {number}") for number in range(20)]
    load(*every)

    assert load(*every[:10]).withdrawn == 10
    load(*every)
    refused = load(*every[:9])
    assert refused.warnings == [
        "More than half of the feed is missing, which has to be allowed: "
        "nothing was withdrawn of 11 services that were not met."
    ]
    assert len(standing()) == 20
    # New ones do not make up for it.
    assert load(*every[:9], *(record(f"New {number}") for number in range(9))).withdrawn == 0
    assert load(*every[:9], allow_mass_withdrawal=True).withdrawn == 20
    assert len(standing()) == 9


def test_half_of_a_small_feed_may_leave(load, record):
    load(*(record(f"Group {number}") for number in range(19)))

    assert load(record("Group 0")).withdrawn == 18


def test_the_command_says_what_was_withdrawn_and_what_was_not(capsys, file_of, record):
    every = [record(f"Group {number}") for number in range(20)]
    call_command("import_open_referral", file_of(every))
    call_command("import_open_referral", file_of(every[:1]))
    call_command("import_open_referral", file_of(every[:1]), "--allow-mass-withdrawal")

    assert capsys.readouterr().out.splitlines() == [
        "20 created, 0 changed, 0 unchanged, 0 withdrawn, 0 refused.",
        "Take care: More than half of the feed is missing, which has to be allowed: "
        "nothing was withdrawn of 19 services that were not met.",
        "0 created, 0 changed, 1 unchanged, 0 withdrawn, 0 refused.",
        "0 created, 0 changed, 1 unchanged, 19 withdrawn, 0 refused.",
    ]


def test_a_file_that_breaks_off_withdraws_nothing(capsys, file_of, record):
    source = file_of([record(), record("Walks")])
    call_command("import_open_referral", source)
    with open(source, encoding="utf-8") as file:
        text = file.read()
    with open(source, "w", encoding="utf-8") as file:
        file.write(text[: len(text) // 2 + 100])

    call_command("import_open_referral", source)

    said = capsys.readouterr().out
    assert "Refused: (record 2): The document breaks off here: " in said
    assert "Take care: Not the whole feed was read: nothing was withdrawn of 1 services that were not met." in said
    assert standing() == ["Chair exercises", "Walks"]


def test_the_command_names_fields_that_are_not_the_standard_s(capsys, file_of, record):
    call_command("import_open_referral", file_of([record(pc_targetAudience=["x"]), record("Walks", pc_x=1)]))

    said = capsys.readouterr().out
    assert "Not read, because the standard does not know it: service.pc_target_audience (1 times)" in said


def test_since_must_be_a_moment(file_of, record):
    with pytest.raises(CommandError, match="--since is not a date and time"):
        call_command("import_open_referral", file_of([record()]), "--since", "yesterday")
