"""Comments on a WordPress site, and answers to them."""

from rapport.connectors.wordpress.api import WordPressConnector

connector = WordPressConnector()
