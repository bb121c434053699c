"""What changed for people: of each measure the first taking beside the last, of those only who have both."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from accounts.models import User
from insights.figures import Figure, Reader, Row, Table, Value, reader_of, rows_of
from insights.periods import Period
from referrals.measures import MEASURES, Meaning, changes_between
from referrals.selectors.measures import scores_from

FIGURES: Final = (
    Figure(
        key="pairs", title="People",
        definition=(
            "Who have a score of the first taking and one of the last, and the last is of the period. Taken with a "
            "service and with the team are two. The first is that of the start, or where there is none the earliest."
        ),
    ),
    Figure(key="better", title="Better", definition="Of those, the last score is better. By direction only."),
    Figure(key="same", title="No change", definition="Of those, the last score is the same."),
    Figure(key="worse", title="Worse", definition="Of those, the last score is worse."),
    Figure(
        key="before", title="Average before", unit="score",
        definition="The mean of the first scores. A level has none.",
    ),
    Figure(
        key="after", title="Average after", unit="score",
        definition="The mean of the last scores. A level has none.",
    ),
)  # fmt: skip
ABOUT: Final = (
    "Measures that were taken twice or more of a person, the last time in the period: the first beside the last. Who "
    "was asked once only is left out, and so it says nothing of those who left. "
    "No smallest change that matters is applied."
)
_PARTS = ("better", "same", "worse")
BY: Final = ("total", "programme")
WITH_THE_TEAM: Final = "With the team"
"""What was measured by the team that supports the person, and is of no programme."""
_NOTE = "The service that took the measure with the person. With the team: what the team took itself."
_LEFT_OUT = "What too few people were asked twice to be shown is left out."

_PAIRS = """
WITH taken AS (
    SELECT response.*
    FROM referrals_measureresponse AS response
    JOIN referrals_referral AS referral ON referral.id = response.referral_id
    WHERE referral.status <> 'entered_in_error' AND response.taken_on <= %(until)s
        AND response.referral_id IN (
            SELECT referral_id FROM referrals_measureresponse WHERE taken_on BETWEEN %(since)s AND %(until)s
        )
        AND (%(teams)s::uuid[] IS NULL OR referral.owner_team_id = ANY (%(teams)s::uuid[]))
        AND NOT EXISTS (SELECT 1 FROM referrals_measureresponse AS newer WHERE newer.replaces_id = response.id)
),
last AS (
    SELECT DISTINCT ON (referral_id, onward_referral_id, measure) * FROM taken
    ORDER BY referral_id, onward_referral_id, measure, taken_on DESC, recorded_at DESC, id
),
first AS (
    SELECT DISTINCT ON (referral_id, onward_referral_id, measure) * FROM taken
    ORDER BY referral_id, onward_referral_id, measure, (point = 0) DESC NULLS LAST, taken_on, recorded_at, id
)
SELECT last.measure, first.scores AS before, last.scores AS after,
    first.measure_version AS version_before, last.measure_version AS version_after,
    coalesce(service.id::text, '') AS programme, coalesce(service.name, '') AS programme_name
FROM last
JOIN first ON first.referral_id = last.referral_id AND first.measure = last.measure
    AND first.onward_referral_id IS NOT DISTINCT FROM last.onward_referral_id
LEFT JOIN referrals_onwardreferral AS onward ON onward.id = last.onward_referral_id
LEFT JOIN services_directory_service AS service ON service.id = onward.service_id
WHERE last.taken_on >= %(since)s AND first.id <> last.id AND first.taken_on <= last.taken_on
"""


@dataclass(kw_only=True)
class _Tally:
    """The pairs of one score, and of those that are numbers on both sides their sums."""

    better: int = 0
    same: int = 0
    worse: int = 0
    numbers: int = 0
    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)

    @property
    def pairs(self) -> int:
        return self.better + self.same + self.worse

    @property
    def cells(self) -> list[int]:
        """All of them, and the parts."""
        return [self.pairs, self.better, self.same, self.worse]


_COUNTED_AS = {Meaning.BETTER: "better", Meaning.NO_CHANGE: "same", Meaning.WORSE: "worse"}


def outcomes(user: User, *, period: Period, by: str = "total") -> Table:
    """Return what changed, by measure and score, in the order of the measures; or that of each programme. One query.

    :raises NotPermitted: if the user is neither a manager nor the lead of a team.
    :raises KeyError: if they cannot be told apart by that.
    """
    if by not in BY:
        raise KeyError(by)
    reader = reader_of(user)
    pairs = rows_of(_PAIRS, {"since": period.starts_on, "until": period.ends_on, "teams": reader.teams})
    is_by_programme = by == "programme"
    names: dict[str, str] = {}
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for pair in pairs:
        key = pair["programme"] if is_by_programme else ""
        names[key] = pair["programme_name"] if is_by_programme else ""
        groups[key].append(pair)
    of_all = _tallied(pairs)
    keys = sorted(names, key=lambda key: (not key, names[key], key))  # the team's own last
    tallies = {key: _tallied(groups[key]) for key in keys}
    rows: dict[tuple[str, str, str], Row] = {}
    is_left_out = False
    for code, measure in MEASURES.items():
        for score in measure.scores:
            total = of_all.get((code, score.code))
            if total is None or not total.pairs:
                continue
            with_pairs = {
                key: found[code, score.code] for key, found in tallies.items() if found[code, score.code].pairs
            }
            cells = [tally.cells for tally in with_pairs.values()]
            shown = (
                reader.cells(cells, totals=total.cells)
                if is_by_programme
                else [[reader.count(total.pairs), *reader.counts(total.cells[1:], total=total.pairs)]]
            )
            for (key, tally), counts in zip(with_pairs.items(), shown, strict=True):
                if is_by_programme and counts[0] is None:
                    is_left_out = True
                    continue
                name = _name(measure.name, score.name)
                rows[key, code, score.code] = Row(
                    key=".".join(filter(None, [key, code, score.code])),
                    name=f"{names[key] or WITH_THE_TEAM}: {name}" if is_by_programme else name,
                    values=dict(zip(("pairs", *_PARTS), counts, strict=True)) | _averages(tally, counts[0], reader),
                )
    notes = [note for note, is_said in ((_NOTE, is_by_programme), (_LEFT_OUT, is_left_out)) if is_said]
    # Each programme with all of its measures, and not each measure with all of its programmes.
    places = {key: place for place, key in enumerate(tallies)}
    return Table(
        key="outcomes", title="What changed for people", of="Programme" if is_by_programme else "Measure", about=ABOUT,
        figures=FIGURES, rows=[rows[key] for key in sorted(rows, key=lambda key: places[key[0]])],
        period=period, is_rounded=reader.is_rounded, notes=notes,
    )  # fmt: skip


def _tallied(pairs: Iterable[dict[str, Any]]) -> dict[tuple[str, str], _Tally]:
    tallies: dict[tuple[str, str], _Tally] = defaultdict(_Tally)
    for pair in pairs:
        measure = MEASURES[pair["measure"]]
        before, after = scores_from(_read(pair["before"])), scores_from(_read(pair["after"]))
        is_same_version = pair["version_before"] == pair["version_after"] == measure.version
        for change in changes_between(measure, before, after, is_same_version=is_same_version):
            tally = tallies[measure.code, change.code]
            if change.meaning not in _COUNTED_AS:
                continue
            name = _COUNTED_AS[change.meaning]
            setattr(tally, name, getattr(tally, name) + 1)
            first, last = before[change.code].value, after[change.code].value
            if first is not None and last is not None:
                tally.numbers += 1
                tally.before += first
                tally.after += last
    return tallies


def _read(scores: Any) -> Any:
    """Return stored scores as they are read: a cursor of its own gives JSON as text."""
    return json.loads(scores) if isinstance(scores, str) else scores


def _averages(tally: _Tally, pairs: int | None, reader: Reader) -> dict[str, Value]:
    count = tally.numbers if pairs is not None else 0
    return {
        "before": reader.average(float(tally.before / count) if count else None, of=count),
        "after": reader.average(float(tally.after / count) if count else None, of=count),
    }


def _name(measure: str, score: str) -> str:
    return measure if score.lower() == measure.lower() else f"{measure}: {score}"
