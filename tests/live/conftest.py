"""The real servers that live tests talk to, and the browser. A test asks for one by naming its fixture."""

from tests.e2e.conftest import browser, visit

from .bluesky_network import bluesky_network
from .mail_servers import mail_servers
from .mastodon_server import mastodon_server
from .wordpress_site import wordpress_site

__all__ = ["bluesky_network", "browser", "mail_servers", "mastodon_server", "visit", "wordpress_site"]
