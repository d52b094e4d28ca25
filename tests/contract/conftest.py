"""Worlds for the cases: one shared, and own ones for those that move the clock or need other settings."""

import pytest

from kit.world import World, outward_address
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
        settings = {} if wanted == "own" else wanted
        host = "127.0.0.1"
        if settings.get("outward"):
            host = outward_address() or pytest.skip("this machine has no address but its loopback ones")
        own.append(World(settings.get("flags", ()), (api,), host))
        return own[-1]

    yield choose
    for running in own:
        running.close()
