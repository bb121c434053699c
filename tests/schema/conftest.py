"""The scene of the walks: everything of tests/authority, on the day after."""

import datetime as dt

import pytest

from tests.authority.people import everybody
from tests.authority.planted import plant
from tests.authority.things import Things
from tests.conftest import NOW
from tests.privacy.conftest import body, life, markers  # noqa: F401 - fixtures
from tests.schema.scene import Scene, set_scene
from tests.web.scenes import another_person


@pytest.fixture
def full_scene(cast, life, referral_at, time_machine) -> Scene:  # noqa: F811
    time_machine.move_to(NOW + dt.timedelta(days=1), tick=False)
    planted = plant(life)
    draft = referral_at("draft", person=another_person("Dora"))
    another = referral_at("active", person=another_person("Ann"))
    clients = everybody(cast, rose=planted.onward.referral)
    return set_scene(Things(cast, clients, onward=planted.onward, draft=draft, another=another))
