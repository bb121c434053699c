"""The harness of the benchmarks, by a clock of its own: what it calls and in what order, and what it says of it."""

import json

import pytest

from benchmarks.measuring import Comparison, Times, compare, machine_line, report, steal_between


class Stage:
    """A clock, and things that take a stated time by it."""

    def __init__(self):
        self.now = 0.0
        self.called = ""

    def clock(self):
        return self.now

    def takes(self, name, *seconds):
        turns = iter(range(10_000))

        def run():
            self.called += name
            self.now += seconds[next(turns) % len(seconds)]

        return run


def found(*, ours=1.2, raw=1.0, again=1.0):
    return Comparison(
        name="asking", ours=Times(ours, 2 * ours), raw=Times(raw, 2 * raw), again=Times(again, again),
        rounds=[(Times(ours, ours), Times(raw, raw))], samples=6, steal=0.015, goal=1.5, limit=2.0,
    )  # fmt: skip


def test_calls_go_there_and_back_again_and_each_has_its_turn_at_being_first():
    stage = Stage()

    result = compare(
        "asking", ours=stage.takes("o", 3.0), raw=stage.takes("r", 2.0), goal=1.5, limit=2, blocks=1, warm_up=1,
        clock=stage.clock,
    )  # fmt: skip

    assert stage.called == "or" + "orrrro" + "rroorr" + "rorror"
    assert (result.ratio, result.ratio_p95, result.same, result.samples) == (1.5, 1.5, 1.0, 6)


def test_what_is_done_before_a_call_is_not_measured():
    stage = Stage()

    result = compare(
        "loading", ours=stage.takes("o", 3.0), raw=stage.takes("r", 2.0), before_ours=stage.takes("e", 50.0),
        before_raw=stage.takes("m", 50.0), goal=1.5, limit=2, blocks=1, rounds=1, warm_up=0, clock=stage.clock,
    )  # fmt: skip

    assert stage.called == "eo" + "mr" * 4 + "eo"
    assert (result.ours.p50, result.raw.p50) == (3.0, 2.0)


def test_each_round_is_told_by_itself_and_all_together():
    stage = Stage()

    result = compare(
        "asking", ours=stage.takes("o", 1, 1, 1, 1, 4, 4), raw=stage.takes("r", 1), goal=1, limit=1, blocks=1,
        warm_up=0, clock=stage.clock,
    )  # fmt: skip

    assert [ours.p50 for ours, _ in result.rounds] == [1, 1, 4]
    assert result.ours == Times(p50=1, p95=4)


@pytest.mark.parametrize(
    ("ours", "again", "verdict", "code"),
    [
        (1.5, 1.0, "within the goal", 0), (1.51, 1.0, "above the goal", 0), (2.01, 1.0, "above the limit", 1),
        (1.2, 1.06, "void", 2), (1.2, 0.94, "void", 2), (2.5, 1.06, "void", 2), (1.2, 1.05, "within the goal", 0),
    ],
)  # fmt: skip
def test_a_verdict_and_an_exit_code(ours, again, verdict, code, capsys):
    comparison = found(ours=ours, again=again)

    assert comparison.verdict == verdict
    assert report([comparison], machine="a machine") == code
    assert verdict in capsys.readouterr().out


def test_the_table_and_the_file_say_the_same(tmp_path, capsys):
    path = tmp_path / "found.json"

    assert report([found(ours=1.25, raw=0.0125, again=0.0125)], machine="2 cores", json_path=str(path)) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2 cores"
    assert lines[3] == (
        "| asking | 1.25 s / 2.50 s | 12.50 ms / 25.00 ms | 100.00 / 100.00 | 1.5 (2) | 1.00 | 1.5% | above the limit |"
    )
    assert lines[4] == "asking: 6 samples of each; ratio p50 / p95 by round: 100.00 / 100.00"
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["machine"] == "2 cores"
    assert written["comparisons"][0]["ours"] == {"p50": 1.25, "p95": 2.5}
    assert written["comparisons"][0]["verdict"] == "above the limit"


def test_steal_is_the_eighth_counter_of_proc_stat():
    earlier = (100, 0, 100, 800, 0, 0, 0, 0, 5, 0)
    later = (150, 0, 120, 810, 0, 0, 0, 20, 9, 0)
    assert steal_between(earlier, later) == 0.2
    assert steal_between((), later) == 0.0


def test_the_line_about_the_machine():
    line = machine_line(postgresql="PostgreSQL 15.18")
    cores, memory, python, postgresql = line.split(", ")
    assert cores.endswith(" cores")
    assert memory.endswith(" GiB")
    assert python.startswith("Python 3.")
    assert postgresql == "PostgreSQL 15.18"
