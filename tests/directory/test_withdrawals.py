"""What a feed no longer has is withdrawn, and comes back with it; never because a feed could not be read."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from services_directory.models import Feed, ListingChange, Organization, Schedule, Service, ServiceEntry
from services_directory.open_referral import importing
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
    load(record(), when=LATER, allow_withdrawals=True)

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

    assert report.warnings == [f"{reason}: nothing was withdrawn of 1 service that was not met."]
    assert (report.withdrawn, standing()) == (0, ["Chair exercises", "Walks"])


def test_an_empty_feed_withdraws_nothing(load, record):
    load(record())

    assert load() == ImportReport(
        warnings=["The feed gave nothing that could be loaded: nothing was withdrawn of 1 service that was not met."]
    )
    assert standing() == ["Chair exercises"]


@pytest.mark.parametrize(("size", "may_leave"), [(1, 1), (2, 1), (4, 1), (7, 1), (8, 2), (19, 4), (20, 5)])
def test_one_service_or_a_quarter_of_a_feed_may_leave_it_whatever_its_size(load, record, size, may_leave):
    every = [record(f"Group {number}") for number in range(size)]
    new = record("New")  # so that there is something to load
    load(*every)

    one_more = load(*every[may_leave + 1 :], new) if may_leave < size else None
    if one_more:
        assert (one_more.withdrawn, one_more.held_back) == (0, may_leave + 1)
    assert load(*every[may_leave:], new).withdrawn == may_leave
    assert len(standing()) == size - may_leave + 1


def test_a_part_of_a_small_feed_withdraws_nothing_until_somebody_allows_it(load, record):
    every = [record(f"Group {number}") for number in range(9)]
    load(*every)

    part = load(*every[:2])

    assert part == ImportReport(
        unchanged=2,
        held_back=7,
        warnings=[
            "More than a quarter of the 9 services of the feed are missing, which has to be allowed: nothing was "
            "withdrawn of 7 services that were not met (Group 2, Group 3, Group 4, Group 5, Group 6, 2 more)."
        ],
    )
    assert len(standing()) == 9
    assert load(*every[:2], allow_withdrawals=True) == ImportReport(unchanged=2, withdrawn=7)
    assert standing() == ["Group 0", "Group 1"]


def test_new_services_do_not_make_up_for_those_that_are_missing(load, record):
    every = [record(f"Group {number}") for number in range(8)]
    load(*every)

    assert load(*every[:5], *(record(f"New {number}") for number in range(9))).held_back == 3
    assert len(standing()) == 17


def test_the_command_says_what_was_withdrawn_and_what_was_not(capsys, file_of, record):
    every = [record(f"Group {number}") for number in range(3)]
    call_command("import_open_referral", file_of(every))
    call_command("import_open_referral", file_of(every[:1]))
    call_command("import_open_referral", file_of(every[:1]), "--allow-withdrawals", "--dry-run")
    assert standing() == ["Group 0", "Group 1", "Group 2"]
    call_command("import_open_referral", file_of(every[:1]), "--allow-withdrawals")

    assert capsys.readouterr().out.splitlines() == [
        "3 created, 0 changed, 0 unchanged, 0 withdrawn, 0 refused.",
        "Take care: More than a quarter of the 3 services of the feed are missing, which has to be allowed: "
        "nothing was withdrawn of 2 services that were not met (Group 1, Group 2).",
        "0 created, 0 changed, 1 unchanged, 0 withdrawn, 2 held back, 0 refused.",
        "0 created, 0 changed, 1 unchanged, 2 withdrawn, 0 refused; nothing was written.",
        "0 created, 0 changed, 1 unchanged, 2 withdrawn, 0 refused.",
    ]
    assert standing() == ["Group 0"]


def test_a_dry_run_of_a_new_feed_leaves_no_trace(capsys, file_of, record):
    call_command("import_open_referral", file_of([record(), record("Walks", status="whenever")]), "--dry-run")

    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "1 created, 0 changed, 0 unchanged, 0 withdrawn, 1 refused; nothing was written."
    for model in (Feed, Service, Organization, ServiceEntry, ListingChange):
        assert not model.objects.exists(), model


def test_what_a_source_gave_before_it_failed_is_there(load, record, monkeypatch, at):
    monkeypatch.setattr(importing, "BATCH_SIZE", 2)

    def failing():
        yield from (record(f"Group {number}") for number in range(5))
        raise RuntimeError("The line went dead.")

    with pytest.raises(RuntimeError):
        import_feed(feed_name="Test", source="x", records=failing(), at=at)

    assert standing() == ["Group 0", "Group 1", "Group 2", "Group 3"]
    assert (load().withdrawn, len(standing())) == (0, 4)


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
    assert "Take care: Not the whole feed was read: nothing was withdrawn of 1 service that was not met." in said
    assert standing() == ["Chair exercises", "Walks"]


def test_the_command_names_fields_that_are_not_the_standard_s(capsys, file_of, record):
    call_command("import_open_referral", file_of([record(pc_targetAudience=["x"]), record("Walks", pc_x=1)]))

    said = capsys.readouterr().out
    assert "Not read, because the standard does not know it: service.pc_target_audience (1 times)" in said


def test_since_must_be_a_moment(file_of, record):
    with pytest.raises(CommandError, match="--since is not a date and time"):
        call_command("import_open_referral", file_of([record()]), "--since", "yesterday")
