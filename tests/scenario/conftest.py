"""The demonstration's town, and the story of the person whom a test tells of."""

import pytest

from tests.scenario import telling


@pytest.fixture
def town(db):
    """Everybody who works in the demonstration, its directory and its rules; nobody is referred yet."""
    return telling.build_town()


@pytest.fixture
def story(request, town, time_machine):
    """The story of the person whom the test tells of."""
    told = telling.PEOPLE[request.function.tells]
    return telling.Story(told=told, town=town, move_to=lambda at: time_machine.move_to(at, tick=False))
