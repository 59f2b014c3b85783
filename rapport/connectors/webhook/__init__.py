"""Messages that others bring, signed, for everything that has no connector of its own."""

from rapport.connectors.webhook.hook import WebhookConnector

connector = WebhookConnector()
