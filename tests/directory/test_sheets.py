"""What spreadsheets do to a file, and how people write sessions, prices and lists in a cell."""

import pytest

from services_directory.spreadsheets import words
from services_directory.spreadsheets.sheets import Row, SheetUnreadable, marked, read_sheet, unmarked, written

TABLE = 'id,name,alert\r\n1,"Tea, and talk",Closed\r\n'
ROW = Row(2, {"id": "1", "name": "Tea, and talk", "alert": "Closed"})


@pytest.mark.parametrize(
    ("oddity", "content"),
    [
        ("as it should be", TABLE.encode()),
        ("with the mark of Excel's UTF-8", b"\xef\xbb\xbf" + TABLE.encode()),
        ("as Excel's Unicode text", TABLE.replace(",", "\t").replace("Tea\t", "Tea,").encode("utf-16")),
        ("with semicolons", TABLE.replace(",", ";").replace("Tea;", "Tea,").encode()),
        (
            "with semicolons and a line that says so",
            b"sep=;\r\n" + TABLE.replace(",", ";").replace("Tea;", "Tea,").encode(),
        ),
        ("with plain ends of lines", TABLE.replace("\r\n", "\n").encode()),
        ("without a last end of line", TABLE.strip().encode()),
        ("with headers as people write them", TABLE.replace("id,name,alert", "ID, Name ,'ALERT").encode()),
        ("with empty columns and rows at the end", b'id,name,alert,,\r\n1,"Tea, and talk",Closed,,\r\n,,,,\r\n\r\n'),
        ("with apostrophes before", b'id,name,alert\r\n\'1,"Tea, and talk",Closed\r\n'),
        ("with NUL and space", b'id,name,alert\r\n 1\x00 ,"Tea, and talk ","\xc2\xa0Closed"\r\n'),
    ],
)
def test_a_file_is_read_whatever_a_spreadsheet_did_to_it(oddity, content):
    rows = read_sheet(content).rows
    expected = Row(3, ROW.cells) if content.startswith(b"sep") else ROW
    assert (oddity, rows) == (oddity, (expected,))


def test_letters_of_an_old_windows_are_read():
    assert read_sheet("name\ncaf\xe9 \u20ac2\n".encode("cp1252")).rows == (Row(2, {"name": "caf\xe9 \u20ac2"}),)


def test_rows_know_their_lines_though_cells_have_lines_of_their_own():
    sheet = read_sheet(b'name,alert\r\n\r\nTea,"one\r\ntwo"\r\nTalk\r\n')
    assert sheet.rows == (Row(3, {"name": "Tea", "alert": "one\ntwo"}), Row(5, {"name": "Talk", "alert": ""}))


def test_a_row_with_more_cells_than_columns_is_not_believed():
    (row,) = read_sheet(b"name,alert\r\nTea, and talk,Closed\r\n").rows
    assert row.problem.startswith("It has more cells than there are columns")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        (b"\r\n ,\r\n", "The file is empty"),
        (b"name,Name\r\n", "The column name is there twice"),
        (b'name\r\n"never closed\r\nand on', "Line 3 cannot be read"),
        (b"name\r\n\x81\x8d\xff", "The letters cannot be read"),
        (b"\xff\xfea", "The letters cannot be read"),
    ],
)
def test_what_is_no_table_is_said_so(content, why):
    with pytest.raises(SheetUnreadable, match=why):
        read_sheet(content)


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ('=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'),
        ("+44 161 496 0111", "'+44 161 496 0111"),
        ("-1+1", "'-1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("'Tea'", "''Tea'"),
        ("'=1", "''=1"),
        ("-2.157", "-2.157"),
        ("Tea = talk", "Tea = talk"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(cell, seen):
    assert (marked(cell), unmarked(seen)) == (seen, cell)


def test_a_file_that_is_written_is_read_as_it_was():
    rows = [["1", 'a "b", c'], ["2", "one\ntwo"], ["3", "=1;2"]]
    sheet = read_sheet("".join(written(["id", "name"], rows)).encode())
    assert [list(row.cells.values()) for row in sheet.rows] == rows


def said(text):
    """Return what is said of a session, without what is not."""
    return {name: value for name, value in words.read_session(text).items() if value}


WEEKLY = {"freq": "WEEKLY"}
TEN = {"opens_at": "10:00", "closes_at": "11:00"}


@pytest.mark.parametrize(
    ("text", "session"),
    [
        ("MO 10:00-11:00", WEEKLY | TEN | {"byday": "MO"}),
        ("mo,th 10:00-11:00", WEEKLY | TEN | {"byday": "MO,TH"}),
        ("Monday and Thursday 10am to 11am", WEEKLY | TEN | {"byday": "MO,TH"}),
        ("Mondays 10.00 \u2013 11.00", WEEKLY | TEN | {"byday": "MO"}),
        ("weekly Tues 9:15", WEEKLY | {"byday": "TU", "opens_at": "09:15"}),
        ("FR 12am-12pm", WEEKLY | {"byday": "FR", "opens_at": "00:00", "closes_at": "12:00"}),
        ("every 2 weeks SA", WEEKLY | {"byday": "SA", "interval": 2}),
        ("monthly 2TU 14:00-16:00", {"freq": "MONTHLY", "byday": "2TU", "opens_at": "14:00", "closes_at": "16:00"}),
        ("-1FR", {"freq": "MONTHLY", "byday": "-1FR"}),
        ("monthly on day 1,15", {"freq": "MONTHLY", "bymonthday": "1,15"}),
        ("10:00-11:00", TEN),
        (
            "MO from 05/01/2026 until 31/3/2026",
            WEEKLY | {"byday": "MO", "valid_from": "2026-01-05", "valid_to": "2026-03-31"},
        ),
        ("MO 10:00-11:00 (term time (mostly))", WEEKLY | TEN | {"byday": "MO", "description": "term time (mostly)"}),
        ("(by appointment)", {"description": "by appointment"}),
    ],
)
def test_sessions_are_read_as_people_write_them(text, session):
    assert said(text) == session


@pytest.mark.parametrize(
    "text", ["sometimes", "MO 10:00-11:00 and so on", "MO 25:00", "MO until 31/02/2026", "MO" + " " * 9000 + "x"]
)
def test_what_is_no_session_is_said_so(text):
    with pytest.raises(ValueError, match="is not a"):
        words.read_session(text)


@pytest.mark.parametrize(
    "text",
    [
        "MO,TH 10:00-11:00", "every 2 weeks SA", "every 3 months 1MO 09:00", "monthly on day 1,15", "10:00:30-11:00",
        "MO from 2026-01-05 until 2026-03-31 (term time)", "(by appointment) (or not)",
    ],
)  # fmt: skip
def test_a_session_that_is_written_is_read_as_it_was(text):
    assert words.session(words.read_session(text)) == text


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Everybody: 2.50", ("Everybody", "2.50", "", "")),
        ("Adults: \u00a32.50 GBP (per session)", ("Adults", "2.50", "GBP", "per session")),
        ("free", ("", "0.00", "", "")),
        ("Carers: Free", ("Carers", "0.00", "", "")),
        ("1,000", ("", "1000.00", "", "")),
        ("Ask: it depends", ("Ask: it depends", None, "", "")),
        ("Over 60: before noon: 1", ("Over 60: before noon", "1.00", "", "")),
    ],
)
def test_prices_are_read_as_people_write_them(text, price):
    names = ("option", "amount", "currency", "amount_description")
    assert words.read_price(text) == dict(zip(names, price, strict=True))
    written = words.price(words.read_price(text))
    assert words.read_price(written) == words.read_price(text)


@pytest.mark.parametrize(
    "pieces", [[], ["a"], ["a", "b"], ["a; b", "c"], ["back\\slash", "\\;", ";"], ["one\ntwo"], ["ends\\"]]
)
def test_a_list_in_a_cell_is_read_as_it_was(pieces):
    assert words.split(words.joined(pieces)) == pieces


@pytest.mark.parametrize(
    ("text", "day"), [("31/03/2026", "2026-03-31"), ("1.3.2026", "2026-03-01"), ("2026-03-31", "2026-03-31")]
)
def test_dates_are_those_of_the_united_kingdom(text, day):
    assert words.read_date(text) == day


@pytest.mark.parametrize("text", ["03/31/2026", "31/02/2026", "tomorrow"])
def test_a_date_that_is_none(text):
    with pytest.raises(ValueError, match="is not a date"):
        words.read_date(text)


@pytest.mark.parametrize(("text", "answer"), [("yes", True), ("TRUE", True), ("No", False), ("", False), ("0", False)])
def test_yes_and_no(text, answer):
    assert words.read_yes(text) is answer
    with pytest.raises(ValueError, match="neither yes nor no"):
        words.read_yes(f"{text}?")
