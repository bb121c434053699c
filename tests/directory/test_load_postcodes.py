"""Loading the ONS Postcode Directory: what is read, what is refused, and what is there afterwards."""

import datetime as dt
import gzip
import re
import zipfile
from dataclasses import asdict

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.errors import Invalid
from services_directory.models import Postcode, PostcodeEdition
from services_directory.onspd.columns import layout_of
from services_directory.onspd.rows import Reader
from services_directory.services import load_postcodes
from services_directory.services.postcodes import NEXT, Progress
from tests.directory.onspd import LAYOUTS, NEWEST, READ_FROM, line, many, write

AT = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
FIELDS = ("code", "latitude", "longitude", "lsoa", "ward", "local_authority", "imd_rank", "terminated")
BRINNINGTON = ("SK58BS", 53.427, -2.131, "E01999031", "E05999015", "E08000007", 310, False)


def postcodes():
    return list(Postcode.objects.order_by("code").values_list(*FIELDS))


def load(path, **options):
    return load_postcodes(path=path, at=AT, **options)


def next_table():
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [NEXT])
        return cursor.fetchone()[0]


@pytest.fixture
def file(db, tmp_path):
    """Write rows to a file of the newest edition's columns."""

    def make(*lines, name="ONSPD_AUG_2026_UK.csv", **options):
        return write(tmp_path / name, *lines, **options)

    return make


# What is read


@pytest.mark.parametrize("edition", LAYOUTS)
@pytest.mark.parametrize("spelt", [str.lower, str.upper], ids=["small", "capitals"])
def test_every_edition_is_read_under_its_own_names(file, edition, spelt):
    loaded = load(file(line(edition), header=spelt(LAYOUTS[edition])))

    assert postcodes() == [BRINNINGTON]
    assert loaded.edition.columns == dict(
        zip(
            ("code", "latitude", "longitude", "lsoa", "ward", "local_authority", "imd_rank", "terminated"),
            READ_FROM[edition].split(),
            strict=True,
        )
    )


def test_the_beginning_may_bear_a_mark_and_the_header_quotes_and_lines_any_ending(file):
    header = "\ufeff" + ",".join(f'"{name}"' for name in LAYOUTS[NEWEST].split(","))
    load(file(line(), line(code="SK5 8BT"), header=header, end="\n"))
    assert [row[0] for row in postcodes()] == ["SK58BS", "SK58BT"]


def test_the_last_line_need_not_end(file):
    path = file(line(), line(code="SK5 8BT"))
    path.write_bytes(path.read_bytes().rstrip())
    load(path)
    assert [row[0] for row in postcodes()] == ["SK58BS", "SK58BT"]


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"doterm": "202006"}, {"terminated": True}),
        ({"lat": "99.999999", "long": "0.000000"}, {"latitude": None, "longitude": None}),
        ({"lat": "", "long": ""}, {"latitude": None, "longitude": None}),
        ({"long": "0.000000"}, {"longitude": 0.0}),
        ({"lat": "-51.692000", "long": "-57.860000"}, {"latitude": -51.692, "longitude": -57.86}),
        ({"imd": "0"}, {"imd_rank": None}),
        ({"imd": ""}, {"imd_rank": None}),
        ({"lsoa": ""}, {"lsoa": ""}),
        ({"lsoa": "95GG01S1"}, {"lsoa": "95GG01S1"}),
        ({"code": "sk5 8bs"}, {}),
        ({"code": "M1 1AA"}, {"code": "M11AA"}),
        ({"code": "EC1A 1BB"}, {"code": "EC1A1BB"}),
    ],
    ids=str,
)
def test_what_a_row_may_say(file, said, place):
    load(file(line(**said)))
    assert postcodes() == [tuple((dict(zip(FIELDS, BRINNINGTON, strict=True)) | place).values())]


def test_jersey_has_no_grid_reference_and_no_areas(file):
    none = "L99999999"
    load(file(line(code="JE2 3XX", lat="99.999999", long="0.000000", lsoa=none, ward=none, la=none, imd="0")))
    assert postcodes() == [("JE23XX", None, None, "", "", "", None, False)]


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_a_compressed_file_is_read_as_it_is(file, tmp_path, kind):
    plain = file(*many(50))
    path = tmp_path / f"ONSPD_AUG_2026.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("User Guide/ONSPD User Guide.pdf", "")
            archive.writestr("Documents/LAD names and codes UK.csv", "LAD26CD,LAD26NM")
            archive.writestr("Data/multi_csv/ONSPD_AUG_2026_UK_SK.csv", "only,a,part")
            archive.write(plain, "Data/ONSPD_AUG_2026_UK.csv")

    shares = []
    loaded = load(path, chunk=4000, progress=lambda progress: shares.append(progress.share))

    assert Postcode.objects.count() == loaded.edition.rows == 50
    assert loaded.edition.file_name == (path.name if kind == "gz" else "ONSPD_AUG_2026_UK.csv")
    assert shares == sorted(shares)
    assert shares[-1] == 1


# What is refused


def test_a_file_without_the_columns_is_refused_by_what_is_missing(file):
    header = LAYOUTS[NEWEST].replace("lad26cd", "town").replace("imd20ind", "x").replace("imd25ind", "y")
    with pytest.raises(Invalid) as refused:
        load(file(line(), header=header))
    assert refused.value.extra["errors"] == {
        "file": [
            "This is not the ONS Postcode Directory: no column for the local authority (lad26cd or another year, "
            "oslaua, laua), the IMD rank (imd25ind or another year, imd)."
        ]
    }
    assert not PostcodeEdition.objects.exists()


def test_a_row_that_cannot_stand_is_left_out_with_its_line_and_the_others_load(file):
    loaded = load(
        file(
            line(code="SK5 8BA"),
            line(code="SK5"),
            line(code="SK5 8BB"),
            line(lat="north"),
            line(lat="91.5"),
            line(long=""),
            line(lsoa="Brinnington Estate"),
            line(imd="most"),
            line() + ",more",
            "",
            line(code="SK5 8BD", la="Stöckport"),
            '"SK5 8BE',
            line(code="SK5 8BF"),
        )
    )

    assert [row[0] for row in postcodes()] == ["SK58BA", "SK58BB", "SK58BF"]
    assert (loaded.edition.rows, loaded.edition.refused, loaded.edition.lines) == (3, 9, 14)
    assert loaded.edition.remarks == [
        {"line": 3, "reason": "'SK5' is not a postcode."},
        {"line": 5, "reason": "'north', '-2.131000' is not a latitude and a longitude."},
        {"line": 6, "reason": "91.5, -2.131000 is not on earth."},
        {"line": 7, "reason": "'53.427000', '' is not a latitude and a longitude."},
        {"line": 8, "reason": "'BRINNINGTON ESTATE' is not a code of an area."},
        {"line": 9, "reason": "'most' is not a rank."},
        {"line": 10, "reason": "Its columns are 56 instead of 55."},
        {"line": 12, "reason": "It is no text."},
        {"line": 13, "reason": "unexpected end of data"},
    ]


def test_of_many_refused_rows_the_first_are_remembered_and_all_are_counted(file):
    loaded = load(file(line(), *(["nonsense"] * 200)))
    assert (loaded.edition.rows, loaded.edition.refused, len(loaded.edition.remarks)) == (1, 200, 50)


@pytest.mark.parametrize("missing", range(55))
def test_a_row_with_a_column_less_beside_one_with_a_column_more_misleads_nobody(file, missing):
    short = line(code="SK5 8BA").split(",")
    del short[missing]
    loaded = load(file(line(), ",".join(short), line(code="SK5 8BB") + ',""', line(code="SK5 8BD")))
    assert [row[0] for row in postcodes()] == ["SK58BD", "SK58BS"]
    assert [remark["line"] for remark in loaded.edition.remarks] == [3, 4]


def test_a_value_may_hold_a_comma_in_quotes(file):
    odd = line(code="SK5 8BA").replace('"E99999999"', '"parish, of somewhere"', 1)
    load(file(odd, line(code="SK5 8BB")))
    assert postcodes() == [("SK58BA", *BRINNINGTON[1:]), ("SK58BB", *BRINNINGTON[1:])]


def test_taken_as_a_whole_or_line_by_line_a_block_says_the_same():
    rows = [
        *many(30),
        line(doterm="202006"),
        line(lat="99.999999", long="0.000000"),
        line(imd="0"),
        line(ward="W99999999"),
    ]
    block = "".join(f"{row}\r\n" for row in rows).encode()
    reader = Reader(layout_of(LAYOUTS[NEWEST].split(",")))

    whole = reader._as_a_whole(block)
    assert whole is not None
    assert asdict(whole) | {"refused": []} == asdict(reader._one_by_one(block, 1))


@pytest.mark.parametrize("lines", [[], ["nonsense"]], ids=["no rows", "no good row"])
def test_a_file_with_nothing_in_it_changes_nothing(file, lines):
    load(file(line()))
    with pytest.raises(Invalid, match="Correct") as refused:
        load(file(*lines, name="empty.csv"))
    assert "empty.csv holds no postcode that can stand" in refused.value.extra["errors"]["file"][0]
    assert postcodes() == [BRINNINGTON]
    assert PostcodeEdition.objects.count() == 1
    assert next_table() is None


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("absent.csv", None, "absent.csv cannot be read: No such file or directory."),
        ("broken.zip", b"PK not really", "broken.zip cannot be read: File is not a zip file."),
        ("broken.csv.gz", b"no gzip at all", "broken.csv.gz cannot be read: Not a gzipped file"),
        ("picture.csv", b"\x89PNG\xff\xfe", "This is not a CSV file: its first line is no text."),
        ("empty.csv", b"", "This is not the ONS Postcode Directory"),
    ],
)
def test_a_file_that_is_none_is_refused_in_a_sentence(db, tmp_path, name, content, why):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(Invalid) as refused:
        load(tmp_path / name)
    assert why in refused.value.extra["errors"]["file"][0]
    assert not PostcodeEdition.objects.exists()


def test_a_zip_without_the_directory_is_refused(db, tmp_path):
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as archive:
        archive.writestr("Data/multi_csv/ONSPD_AUG_2026_UK_SK.csv", "")
        archive.writestr("Data/multi_csv/ONSPD_AUG_2026_UK_M.csv", "")
    with pytest.raises(Invalid) as refused:
        load(tmp_path / "areas.zip")
    assert refused.value.extra["errors"]["file"] == ["areas.zip should hold one Data/ONSPD_…_UK.csv, and holds 2."]


def test_a_file_cut_short_is_refused_and_nothing_of_it_counts(db, file, tmp_path):
    load(file(line()))
    whole = gzip.compress(file(*many(2000), name="b.csv").read_bytes())
    (tmp_path / "short.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Invalid) as refused:
        load(tmp_path / "short.gz")
    assert "short.gz cannot be read: Compressed file ended" in refused.value.extra["errors"]["file"][0]
    assert postcodes() == [BRINNINGTON]


# One edition after another


def test_a_new_edition_adds_changes_and_removes(file):
    load(file(line(code="SK5 8BA"), line(code="SK5 8BB"), line(code="SK5 8BD")))
    load(file(line(code="SK5 8BB", imd="311"), line(code="SK5 8BD"), line(code="SK5 8BE"), name="next.csv"))
    assert [(row[0], row[6]) for row in postcodes()] == [("SK58BB", 311), ("SK58BD", 310), ("SK58BE", 310)]


def test_a_postcode_that_stands_twice_counts_once_with_its_last_row(file):
    loaded = load(file(line(imd="1"), line(code="SK5 8BT"), line(imd="2"), line(imd="3")))
    assert [(row[0], row[6]) for row in postcodes()] == [("SK58BS", 3), ("SK58BT", 310)]
    assert (loaded.edition.rows, loaded.edition.refused) == (2, 2)
    assert loaded.edition.remarks == [{"line": 0, "reason": "SK58BS stands in the file again further on."}] * 2


def test_the_same_file_is_loaded_once_unless_it_is_asked_for(file):
    path = file(line())
    assert not load(path).already
    Postcode.objects.update(imd_rank=1)

    assert load(path).already
    assert postcodes()[0][6] == 1

    assert not load(path, restart=True).already
    assert postcodes() == [BRINNINGTON]


def test_an_edition_can_come_back(file):
    older, newer = file(line()), file(line(imd="2"), name="newer.csv")
    for path in (older, newer, older):
        assert not load(path).already
    assert postcodes() == [BRINNINGTON]


def everything_about_the_table():
    """Names and definitions of all that hangs on the table of postcodes, and who may do what with it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'index', indexname::text, indexdef FROM pg_indexes WHERE tablename = 'services_directory_postcode'
            UNION ALL SELECT contype::text, conname::text, pg_get_constraintdef(oid) FROM pg_constraint
              WHERE conrelid = 'services_directory_postcode'::regclass
            UNION ALL SELECT 'column', attname::text,
                format_type(atttypid, atttypmod) || attnotnull || coalesce(attcollation::regcollation::text, '')
              FROM pg_attribute
              WHERE attrelid = 'services_directory_postcode'::regclass AND attnum > 0 AND NOT attisdropped
            UNION ALL SELECT 'may', grantee::text, privilege_type FROM pg_class, aclexplode(relacl)
              WHERE pg_class.oid = 'services_directory_postcode'::regclass
            ORDER BY 1, 2, 3
            """
        )
        return cursor.fetchall()


def test_the_table_is_afterwards_what_it_was(file):
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON services_directory_postcode TO PUBLIC")
        cursor.execute("CREATE INDEX of_a_later_migration ON services_directory_postcode (lsoa) WHERE NOT terminated")
    before = everything_about_the_table()
    # PostgreSQL 18 also keeps "not null" as constraints.
    assert {kind for kind, _, _ in before} - {"n"} == {"index", "p", "c", "column", "may"}

    load(file(line()))

    assert everything_about_the_table() == before


def test_nothing_hangs_on_the_table_that_would_be_lost_with_it(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname::text FROM pg_trigger WHERE tgrelid = 'services_directory_postcode'::regclass UNION ALL"
            " SELECT conname::text FROM pg_constraint WHERE confrelid = 'services_directory_postcode'::regclass"
        )
        assert cursor.fetchall() == []


# The command


def test_the_command_tells_how_it_goes(file, capsys):
    path = file(*many(40), "nonsense")
    call_command("load_postcodes", str(path), "--chunk", "10000")

    *progress, remark, last = capsys.readouterr().out.splitlines()
    assert [re.sub(r"[\d,]+ a second", "n a second", line) for line in progress] == [
        " 80%  32 rows, n a second",
        "100%  40 rows, n a second",
    ]
    assert remark == "Line 42: Its columns are 1 instead of 55."
    assert re.sub(r"in \d+ s", "in n s", last) == (
        "ONSPD_AUG_2026_UK.csv: 40 postcodes loaded, 1 left out, in n s (lsoa from lsoa21cd, ward from wd26cd, "
        "local_authority from lad26cd, imd_rank from imd25ind)."
    )

    call_command("load_postcodes", str(path))
    assert capsys.readouterr().out == (
        "ONSPD_AUG_2026_UK.csv is already loaded, with 40 postcodes: nothing was done. --restart loads it again.\n"
    )
    call_command("load_postcodes", str(path), "--restart")
    assert "40 postcodes loaded" in capsys.readouterr().out


def test_the_command_ends_with_a_sentence_where_nothing_can_be_done(db, tmp_path):
    with pytest.raises(CommandError, match=r"^absent.csv cannot be read: No such file or directory\.$"):
        call_command("load_postcodes", str(tmp_path / "absent.csv"))


def test_the_first_thing_told_is_where_it_begins(file):
    told: list[Progress] = []
    load(file(line()), progress=told.append)
    assert [(each.rows, each.refused, round(each.share)) for each in told] == [(0, 0, 0), (1, 0, 1)]
