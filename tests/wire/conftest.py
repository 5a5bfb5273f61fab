"""What the tests of hosts share."""

import pytest
from nobody import nobody

from tui_batch.wire.host import HostSettings, open_host
from tui_batch.wire.ssh import SSHHost


@pytest.fixture
def opened():
    """Opens hosts, each with a connection of its own, and closes them."""
    hosts = []

    def open_(settings, ask=nobody, **more):
        settings = HostSettings(**(settings | more))
        hosts.append(SSHHost(settings, ask) if settings.host else open_host(settings, ask))
        return hosts[-1]

    yield open_
    for host in hosts:
        host.close()
