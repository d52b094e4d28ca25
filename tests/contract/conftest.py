"""Worlds for the cases: one shared, and own ones for those that move the clock or need other settings."""

import pytest

from kit.world import World
from support import localhost

localhost.install()


@pytest.fixture(scope="session")
def world():
    """A server with something of every kind. Its clock is not moved."""
    running = World()
    yield running
    running.close()


@pytest.fixture
def world_for(world):
    """Gives a case the server it asks for: the shared one, or one of its own."""
    own = []

    def choose(wanted, api):
        if wanted is None:
            return world
        own.append(World(wanted if isinstance(wanted, list) else (), (api,)))
        return own[-1]

    yield choose
    for running in own:
        running.close()
