"""What the tests of hosts share."""

import pytest
from nobody import nobody

from tui_batch.wire.host import HostSettings, open_host


@pytest.fixture
def opened():
    """Opens hosts, and closes them."""
    hosts = []

    def open_(settings, ask=nobody, **more):
        hosts.append(open_host(HostSettings(**(settings | more)), ask))
        return hosts[-1]

    yield open_
    for host in hosts:
        host.close()
