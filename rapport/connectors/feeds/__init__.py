"""Entries of RSS, Atom and JSON feeds."""

from rapport.connectors.feeds.fetch import FeedsConnector

connector = FeedsConnector()
