"""Mentions on Mastodon, and on whatever else speaks its client API."""

from rapport.connectors.mastodon.api import MastodonConnector

connector = MastodonConnector()
