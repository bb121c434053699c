"""Figures, the table of a run, and how steeply a cost climbs: what `make bench` says of what it measured."""

import pytest

from benchmarks.growth import draw, slope
from benchmarks.measuring import Figure
from benchmarks.tables import markdown, plain, seconds_by_name


def figure(value, *, is_better="less", goal=1.0, limit=2.0):
    return Figure(name="commit to first attempt, p95", value=value, unit="s", goal=goal, limit=limit,
                  is_better=is_better)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        (figure(0.3), "within the goal"),
        (figure(1.5), "above the goal"),
        (figure(2.5), "above the limit"),
        (figure(1200, is_better="more", goal=1000, limit=500), "within the goal"),
        (figure(700, is_better="more", goal=1000, limit=500), "above the goal"),
        (figure(400, is_better="more", goal=1000, limit=500), "above the limit"),
        (figure(3.0, goal=None, limit=None), ""),
    ],
)
def test_a_figure_is_judged_by_its_goal_and_its_limit(told, verdict):
    assert told.verdict == verdict


def run_of(referrals, seconds):
    comparison = {
        "part": "people", "name": f"10 people, known among {referrals:,}?",
        "ours": {"p50": seconds, "p95": 2 * seconds},
        "raw": {"p50": 0.001, "p95": 0.002}, "ratio": seconds / 0.001, "ratio_p95": seconds / 0.001, "goal": 8.0,
        "limit": 12.0, "same": 1.0, "steal": 0.001, "verdict": "within the goal",
    }  # fmt: skip
    sweep = {
        "part": "sweeps",
        "name": "an inbox",
        "value": 0.02,
        "unit": "s",
        "goal": None,
        "limit": None,
        "verdict": "",
    }
    return {
        "machine": "2 cores", "commit": "abc1234", "referrals": referrals, "services": referrals // 10, "steal": 0.002,
        "seconds_to_make_the_years": 60, "seconds": 600, "comparisons": [comparison], "figures": [sweep], "failed": [],
    }  # fmt: skip


def test_the_table_says_where_and_of_how_much_and_names_what_did_not_end():
    said = markdown(run_of(10_000, 0.004) | {"failed": ["postcodes"]})

    assert "10,000 referrals, 1,000 services; 2 cores; commit abc1234" in said
    assert "| 10 people, known among 10,000? | 4.00 ms / 8.00 ms | 1.00 ms / 2.00 ms | 4.00 / 4.00 |" in said
    assert "| an inbox | 0.02 s |" in said
    assert "Did not come to an end: postcodes." in said


def test_the_same_thing_has_one_name_at_every_size_and_its_line_a_slope(tmp_path):
    runs = [run_of(10_000, 0.004), run_of(1_000_000, 0.4)]

    assert plain("10 people, known among 1,000,000?") == plain("10 people, known among 10,000?")
    assert seconds_by_name(runs[0]) == {"people": {"10 people, known among N": 0.004}, "sweeps": {"an inbox": 0.02}}
    assert slope([(10_000, 0.004), (1_000_000, 0.4)]) == pytest.approx(1.0)
    assert slope([(10_000, 0.02), (1_000_000, 0.02)]) == 0

    drawn = draw(runs, tmp_path)
    assert [path.name for path in drawn] == ["growth-people.svg", "growth-sweeps.svg"]
    first = [path.read_bytes() for path in drawn]
    assert [path.read_bytes() for path in draw(runs, tmp_path)] == first  # no day and no path is in it
