"""Every named person of the demonstration has a scenario: who is added there without one is missed here."""

import ast
from pathlib import Path

from tests.scenario.telling import PEOPLE


def _told_of() -> list[str]:
    """Return whom the tests of this folder tell of, as their marks say (`telling.tells`)."""
    return [
        decorator.args[0].value
        for file in sorted(Path(__file__).parent.glob("test_*.py"))
        for test in ast.walk(ast.parse(file.read_text()))
        if isinstance(test, ast.FunctionDef)
        for decorator in test.decorator_list
        if isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "tells"
        and isinstance(decorator.args[0], ast.Constant)
        and isinstance(decorator.args[0].value, str)
    ]


def test_each_named_person_has_a_scenario_and_each_scenario_a_named_person():
    assert sorted(_told_of()) == sorted(PEOPLE)
