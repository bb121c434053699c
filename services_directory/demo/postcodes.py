"""A small made-up ONS Postcode Directory, for the demonstration: `postcodes_sample.csv`, beside this file.

It has the columns of the edition of August 2026, those that we do not read left empty. The sectors are real, as is
the code of Stockport (E08000007); coordinates are roughly those of the district, spread out by rule; codes of LSOAs
and wards are of a range that does not exist (E01999…, E05999…), with ranks made up to fit. Real postcodes exist in
these sectors: one of ours may coincide with a real one, and then it still says nothing true about it.

`python -m services_directory.demo.postcodes` prints the file; a test holds it to that.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

FILE = Path(__file__).with_name("postcodes_sample.csv")
HEADER = (
    "pcd7,pcd8,pcds,dointr,doterm,cty26cd,ced25cd,lad26cd,wd26cd,parncp26cd,usrtypind,east1m,north1m,gridind,hlth19cd,"
    "nhser24cd,ctry26cd,rgn26cd,ssr95cd,pcon24cd,eer20cd,educ23cd,ttwa15cd,pco19cd,itl25cd,wdstl05cd,oa01cd,wdcas03cd,"
    "npark16cd,lsoa01cd,msoa01cd,ruc01ind,oac01ind,oa11cd,lsoa11cd,msoa11cd,wz11cd,sicbl26cd,bua24cd,ruc11ind,oac11ind,"
    "lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,cal26cd,icb26cd,oa21cd,lsoa21cd,msoa21cd,ruc21ind,oac21ind,imd25ind"
)
STOCKPORT = "E08000007"
INWARD = [f"{first}{second}" for first, second in product("AB", "ABDEFGHJLNPQRSTUWXYZ")]
"""The last two letters of the made-up postcodes of each sector; `demo.people` gives people no other."""
TERMINATED = "SK5 8BZ"


@dataclass(frozen=True)
class Sector:
    """A postcode sector: where about it is (degrees), and the ranks that its two made-up LSOAs have."""

    name: str
    latitude: float
    longitude: float
    ranks: tuple[int, int]


SECTORS = (
    Sector("SK1 2", 53.411, -2.153, (2_900, 4_400)),
    Sector("SK1 3", 53.408, -2.157, (5_100, 7_300)),
    Sector("SK2 5", 53.396, -2.129, (6_200, 12_800)),
    Sector("SK3 9", 53.402, -2.170, (4_700, 8_800)),
    Sector("SK4 1", 53.417, -2.167, (6_600, 9_900)),
    Sector("SK4 3", 53.420, -2.190, (21_500, 26_300)),
    Sector("SK4 4", 53.419, -2.183, (24_100, 27_900)),
    Sector("SK5 6", 53.437, -2.158, (8_100, 11_700)),
    Sector("SK5 7", 53.430, -2.160, (7_400, 13_200)),
    Sector("SK5 8", 53.427, -2.131, (310, 690)),
    Sector("SK6 1", 53.428, -2.095, (14_300, 18_800)),
    Sector("SK6 6", 53.395, -2.066, (22_700, 28_400)),
    Sector("SK6 7", 53.390, -2.060, (25_600, 30_100)),
    Sector("SK7 1", 53.362, -2.166, (30_900, 32_800)),
    Sector("SK7 2", 53.358, -2.160, (31_700, 33_300)),
    Sector("SK7 3", 53.366, -2.150, (29_800, 32_200)),
    Sector("SK7 4", 53.377, -2.116, (17_900, 23_400)),
    Sector("SK8 1", 53.394, -2.214, (16_500, 22_100)),
    Sector("SK8 2", 53.390, -2.220, (19_600, 25_800)),
)
ODD = {"SK2 5": ("NX",), "SK6 1": ("QG",), "SK7 1": ("LR",), "SK1 3": ("XE",)}
"""What the places of listings need besides."""


def lines() -> Iterator[str]:
    """Yield the lines of the sample."""
    yield HEADER
    for number, sector in enumerate(SECTORS):
        inwards = (*INWARD, *ODD.get(sector.name, ()))
        for place, inward in enumerate(inwards):
            yield _row(number, sector, place, inward)


def _row(number: int, sector: Sector, place: int, inward: str) -> str:
    outward, digit = sector.name.split()
    second = place % 2
    seven = f"{outward}{digit + inward:>{7 - len(outward)}}"
    written = f"{outward} {digit}{inward}"
    values = dict.fromkeys(HEADER.split(","), "") | {
        "pcd7": seven,
        "pcd8": f"{outward:<4} {digit}{inward}",
        "pcds": written,
        "dointr": "198001",
        "doterm": "202006" if written == TERMINATED else "",
        "lad26cd": STOCKPORT,
        "wd26cd": f"E05999{number:03}",
        "gridind": "1",
        "ctry26cd": "E92000001",
        "lsoa21cd": f"E01999{2 * number + second:03}",
    }
    bare = {
        "lat": f"{sector.latitude + (place % 7 - 3) * 0.0011:.6f}",
        "long": f"{sector.longitude + (place // 7 - 3) * 0.0017:.6f}",
        "imd25ind": str(sector.ranks[second]),
    }
    return ",".join(bare.get(name) or f'"{value}"' for name, value in values.items())


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
