"""A made-up ONS Postcode Directory as large as the real one: the same columns, widths and quotes, invented rows.

The columns are those of the edition of August 2026 (55, the whole file 1.48 GB with 2.7 million rows). About one row
in three is terminated and one in a hundred has no grid reference, as in the real one. No value is anybody's data.
"""

from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from string import ascii_uppercase

HEADER = (
    "pcd7 pcd8 pcds dointr doterm cty26cd ced25cd lad26cd wd26cd parncp26cd usrtypind east1m north1m gridind hlth19cd "
    "nhser24cd ctry26cd rgn26cd ssr95cd pcon24cd eer20cd educ23cd ttwa15cd pco19cd itl25cd wdstl05cd oa01cd wdcas03cd "
    "npark16cd lsoa01cd msoa01cd ruc01ind oac01ind oa11cd lsoa11cd msoa11cd wz11cd sicbl26cd bua24cd ruc11ind oac11ind "
    "lat long lep21cd1 lep21cd2 pfa23cd imd20ind cal26cd icb26cd oa21cd lsoa21cd msoa21cd ruc21ind oac21ind imd25ind"
)
ROWS = 2_700_000
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_BEFORE = (
    '"{seven}","{outward}  {inward}","{outward} {inward}","198001","{ended}","E99999999","E99999999","E08{area}",'
    '"E05{ward}","E43{area}","0","{east}","{north}","{quality}","E18000002","E40000010","E92000001","E12000002",'
    '"E99999999","E14{area}","E15000002","E23{area}","E30000239","E16000140","TLD350000","00BSFA","00BSFA0001",'
    '"00BSFA","E65000001","E01{small}","E02{area}","5","7A1","E00{small}","E01{small}","E02{area}","E33{area}",'
    '"E38000182","E63008401","A1","7A1",'
)
_AFTER = (
    '"E37000021","","E23000005",{rank},"E56000005","E54000057","E00{small}","E01{small}","E02{area}","UN1","7A1",{rank}'
    "\r\n"
)
_STEP = 7  # one postcode in seven of all that could be, so that the rows cover the country


def postcodes() -> Iterator[tuple[str, str]]:
    """Yield postcodes in their order, outward and inward part: not all that could be, and more than are needed."""
    areas = [*ascii_uppercase.replace("Q", "").replace("V", "").replace("X", "")]
    every = (
        (f"{area}{district}", f"{sector}{first}{second}")
        for area in sorted([*areas, *(f"{one}{two}" for one, two in product(areas, "ABDEFGHLNPRSTWY"))])
        for district in range(1, 60)
        for sector, first, second in product(range(10), _INWARD, _INWARD)
    )
    return islice(every, 0, None, _STEP)


def write(path: Path, *, rows: int = ROWS, edition: int = 0) -> None:
    """Write a directory of so many rows. Another edition is the same but for the rank of one row in fifty."""
    with path.open("w", encoding="ascii", newline="") as file:
        file.write(",".join(HEADER.split()) + "\r\n")
        for number, (outward, inward) in enumerate(islice(postcodes(), rows)):
            file.write(_row(number, outward, inward, edition if number % 50 == 0 else 0))


def _row(number: int, outward: str, inward: str, edition: int) -> str:
    nowhere = number % 97 == 0
    area, small = number // 8000, number // 80
    where = (
        "99.999999,0.000000"
        if nowhere
        else f"{50 + number % 8_000_000 / 1_000_000:.6f},{-5 + number * 31 % 6_000_000 / 1_000_000:.6f}"
    )
    values = {
        "seven": f"{outward}{inward:>{7 - len(outward)}}",
        "outward": outward,
        "inward": inward,
        "ended": "201406" if number % 3 == 0 else "",
        "area": f"{area:06}",
        "ward": f"{number // 300:06}",
        "small": f"{small:06}",
        "east": f"{300_000 + number % 90_000}",
        "north": f"{300_000 + number % 90_000}",
        "quality": "9" if nowhere else "1",
        "rank": 0 if nowhere else (small * 7919 + edition) % 33_755 + 1,
    }
    return _BEFORE.format_map(values) + where + "," + _AFTER.format_map(values)
