"""What all tests share: a coroutine is a test too, a server to log in to, a Grid Engine and a Slurm."""

import asyncio
import inspect

import pytest
from sshd import sshd  # noqa: F401 - a fixture
from worlds.gridengine_cell import gridengine_cell, gridengine_in_use  # noqa: F401 - so too
from worlds.slurm_cluster import slurm_cluster, slurm_in_use  # noqa: F401 - so too


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run coroutine tests to their end."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
