"""What Rapport must survive. CI runs a short form of everything here; `make torture` runs it in full."""

from __future__ import annotations

import os

import pytest

from tests.live.bluesky_network import bluesky_network  # noqa: F401  # fixtures
from tests.live.mail_servers import mail_servers  # noqa: F401
from tests.live.wordpress_site import wordpress_site  # noqa: F401
from tests.server.conftest import ana, ben, channel, harbour, says  # noqa: F401  # fixtures


@pytest.fixture(scope="session")
def in_full() -> bool:
    return bool(os.environ.get("RAPPORT_TORTURE"))
