"""Files of the ONS Postcode Directory for tests: the columns of several editions, and rows that are made up."""

from pathlib import Path

LAYOUTS = {
    "ONSPD August 2026": (
        "pcd7,pcd8,pcds,dointr,doterm,cty26cd,ced25cd,lad26cd,wd26cd,parncp26cd,usrtypind,east1m,north1m,gridind,"
        "hlth19cd,nhser24cd,ctry26cd,rgn26cd,ssr95cd,pcon24cd,eer20cd,educ23cd,ttwa15cd,pco19cd,itl25cd,wdstl05cd,"
        "oa01cd,wdcas03cd,npark16cd,lsoa01cd,msoa01cd,ruc01ind,oac01ind,oa11cd,lsoa11cd,msoa11cd,wz11cd,sicbl26cd,"
        "bua24cd,ruc11ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,cal26cd,icb26cd,oa21cd,lsoa21cd,"
        "msoa21cd,ruc21ind,oac21ind,imd25ind"
    ),
    "ONSPD February 2026": (
        "pcd7,pcd8,pcds,dointr,doterm,cty25cd,ced25cd,lad25cd,wd25cd,parncp25cd,usrtypind,east1m,north1m,gridind,"
        "hlth19cd,nhser24cd,ctry25cd,rgn25cd,ssr95cd,pcon24cd,eer20cd,educ23cd,ttwa15cd,pco19cd,itl25cd,wdstl05cd,"
        "oa01cd,wdcas03cd,npark16cd,lsoa01cd,msoa01cd,ruc01ind,oac01ind,oa11cd,lsoa11cd,msoa11cd,wz11cd,sicbl24cd,"
        "bua24cd,ruc11ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,cal24cd,icb23cd,oa21cd,lsoa21cd,"
        "msoa21cd,ruc21ind"
    ),
    "ONSPD February 2023": (
        "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,oshlthau,"
        "nhser,ctry,rgn,streg,pcon,eer,teclec,ttwa,pct,itl,statsward,oa01,casward,npark,lsoa01,msoa01,ur01ind,oac01,"
        "oa11,lsoa11,msoa11,wz11,sicbl,bua11,buasd11,ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,calncv,icb,oa21,lsoa21,"
        "msoa21"
    ),
    "ONSPD May 2018": (
        "pcd,pcd2,pcds,dointr,doterm,oscty,ced,oslaua,osward,parish,usertype,oseast1m,osnrth1m,osgrdind,oshlthau,"
        "nhser,ctry,rgn,streg,pcon,eer,teclec,ttwa,pct,nuts,statsward,oa01,casward,park,lsoa01,msoa01,ur01ind,oac01,"
        "oa11,lsoa11,msoa11,wz11,ccg,bua11,buasd11,ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,calncv,stp"
    ),
    "NSPL August 2024": (
        "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,cty,ced,laua,ward,nhser,ctry,rgn,pcon,"
        "ttwa,itl,park,lsoa21,msoa21,wz11,sicbl,bua24,ruc21,oac11,lat,long,lep1,lep2,pfa,imd,icb"
    ),
    "NSPL 2025": (
        "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,wd25cd,"
        "nhser24cd,ctry25cd,rgn25cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl24cd,bua24cd,"
        "ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,icb23cd"
    ),
}
"""The header of each edition, as published."""

READ_FROM = {
    "ONSPD August 2026": "pcds lat long lsoa21cd wd26cd lad26cd imd25ind doterm",
    "ONSPD February 2026": "pcds lat long lsoa21cd wd25cd lad25cd imd20ind doterm",
    "ONSPD February 2023": "pcds lat long lsoa21 osward oslaua imd doterm",
    "ONSPD May 2018": "pcds lat long lsoa11 osward oslaua imd doterm",
    "NSPL August 2024": "pcds lat long lsoa21 ward laua imd doterm",
    "NSPL 2025": "pcds lat long lsoa21cd wd25cd lad25cd imd20ind doterm",
}
"""Which columns are to be read: postcode, latitude, longitude, LSOA, ward, local authority, IMD rank, end."""

NEWEST = "ONSPD August 2026"
BARE = {"lat", "long", "imd", "imd20ind", "imd25ind"}
BRINNINGTON = {
    "code": "SK5 8BS", "lat": "53.427000", "long": "-2.131000", "lsoa": "E01999031", "ward": "E05999015",
    "la": "E08000007", "imd": "310", "doterm": "",
}  # fmt: skip
KEYS = ("code", "lat", "long", "lsoa", "ward", "la", "imd", "doterm")


def line(layout=NEWEST, **changes):
    """Return a row as published: text in quotes, coordinates and rank bare. Other columns hold what may mislead."""
    said = BRINNINGTON | changes
    by_column = dict(zip(READ_FROM[layout].split(), (said[key] for key in KEYS), strict=True))
    outward, inward = said["code"].split() if " " in said["code"] else (said["code"], "")
    decoys = {"pcd": outward, "lsoa01": "E01111111", "lsoa11": "E01222222", "lsoa11cd": "E01222222", "imd20ind": "7"}
    decoys |= {"pcd7": f"{outward}{inward:>{7 - len(outward)}}", "lsoa01cd": "E01111111", "wdcas03cd": "00BSFA"}
    names = LAYOUTS[layout].split(",")
    values = [(name, by_column.get(name, decoys.get(name, "E99999999"))) for name in names]
    return ",".join(value if name in BARE else f'"{value}"' for name, value in values)


def write(path: Path, *lines, layout=NEWEST, header=None, end="\r\n") -> Path:
    """Write a file of the directory."""
    text = end.join([header or LAYOUTS[layout], *lines, ""])
    path.write_bytes(text.encode())
    return path


def many(count, **changes):
    """Return so many rows, each with a postcode of its own."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return [
        line(code=f"SK{number // 4000 + 1} {number // 400 % 10}{letters[number // 20 % 20]}{letters[number % 20]}",
             **changes)
        for number in range(count)
    ]  # fmt: skip
