"""The real servers that live tests talk to. A test asks for one by naming its fixture."""

from .bluesky_network import bluesky_network
from .mastodon_server import mastodon_server

__all__ = ["bluesky_network", "mastodon_server"]
