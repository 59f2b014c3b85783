"""A name that stands on every page, like the count of the bell, means the same on all of them."""

from __future__ import annotations

import pytest
from django.shortcuts import render
from django.urls import reverse

from rapport import __version__
from rapport.server.understand.models import Reading

pytestmark = pytest.mark.once


@pytest.fixture
def request_of_ana(rf, ana):
    request = rf.get("/")
    request.user = ana
    return request


@pytest.mark.parametrize(
    ("hidden", "of"),
    [("unread", "rapport.server.pages.context.shell"), ("user", "django.contrib.auth.context_processors.auth")],
)
def test_a_page_that_hides_one_of_them_is_refused_in_tests(request_of_ana, hidden, of):
    with pytest.raises(AssertionError, match=f"settings/readers.html hides '{hidden}' of {of}: name it otherwise"):
        render(request_of_ana, "settings/readers.html", {hidden: "7", "other": "7"})


def test_a_part_of_a_page_may_name_its_own_as_it_likes(request_of_ana):
    shown = render(request_of_ana, "inbox/_draft.html", {"draft_version": 7}).content.decode()
    assert 'name="version" value="7"' in shown


def test_the_menu_names_the_version_of_rapport_on_the_page_of_a_reader_too(client, ana, talk):
    Reading.objects.update(reader="language-1 tone-0a1b")
    client.force_login(ana)
    shown = client.get(reverse("settings_reader", args=["tone"])).content.decode()
    assert f"Rapport {__version__}" in shown
    assert "<code>tone-0a1b</code>" in shown
