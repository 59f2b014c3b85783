"""Listening, as one sees and changes it in the browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Reject
from rapport.server.listen import actions, coverage, queries
from rapport.server.listen.models import Brief, Channel, Cursor, Import, Message, Pulse, Quarantined, Tally
from rapport.server.organise.models import AuditEntry
from rapport.server.work import settle
from tests.server.conftest import PASSWORD


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_the_channels_page_says_how_each_delivers(as_, ana, channel):
    page = as_(ana).get(reverse("listen")).content.decode()
    assert "Harbour" in page
    assert "Open for answers" in page
