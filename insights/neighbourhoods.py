"""In which of our neighbourhoods a postcode lies: the parts of a statement, for those who count by it."""

AREA = """
area AS (
    SELECT DISTINCT ON (kind, part) kind, part, name
    FROM services_directory_neighbourhood,
        LATERAL (
            SELECT 'lsoa' AS kind, unnest(lsoas) AS part
            UNION ALL SELECT 'ward', unnest(wards)
            UNION ALL SELECT 'sector', unnest(sectors)
        ) AS made_of
    WHERE part <> ''
    ORDER BY kind, part, code
)
"""
"""A common table: what each neighbourhood is made of."""
NAME = "coalesce(by_lsoa.name, by_ward.name, by_sector.name, '')"
"""Its name, or an empty text outside all of ours; with `joins_of`."""
ELSEWHERE = "Elsewhere, or not known"
"""What stands for no neighbourhood of ours."""
SECTOR = r"regexp_replace({postcode}, '^(.+)(.)..$', '\1 \2')"
"""The sector of a postcode that is written without a space."""


def joins_of(home: str) -> str:
    """Return the joins from something that has `lsoa`, `ward` and `sector` to `area`; the narrowest is named."""
    return "\n".join(
        f"LEFT JOIN area AS by_{kind} ON by_{kind}.kind = '{kind}' AND by_{kind}.part = {home}.{kind}"
        for kind in ("lsoa", "ward", "sector")
    )
