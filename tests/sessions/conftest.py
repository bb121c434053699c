"""Each test of delivery happens on the day after the stage's Monday, whatever day it really is."""

import datetime as dt

import pytest


@pytest.fixture(autouse=True)
def _the_next_morning(time_machine, now):
    time_machine.move_to(now + dt.timedelta(days=1))
