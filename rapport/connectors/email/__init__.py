"""Mail: a mailbox that is listened to over IMAP and answered from over SMTP."""

from rapport.connectors.email.api import EmailConnector

connector = EmailConnector()
