"""The briefs as the listener knows them: always those of the database, and read only when they changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from rapport.core.types import Document
from rapport.server.listen import actions, matching
from rapport.server.listen.models import Brief

SAID = Document("The ferry was late, and so was the boat")


@pytest.fixture
def save(ana):
    def saved(name, query, brief=None, active=True):
        return actions.save_brief(brief, name=name, query=query, purpose="brand", active=active, actor=ana)

    return saved


def names():
    return set(Brief.objects.filter(pk__in=matching.current().matching(SAID)).values_list("name", flat=True))


def test_a_new_brief_is_listened_for_at_once(save):
    save("Ferries", "ferry")
    assert names() == {"Ferries"}
    save("Boats", "boat")
    assert names() == {"Ferries", "Boats"}


def test_an_edited_brief_is_listened_for_as_it_is_now(save):
    brief = save("Ferries", "ferry")
    assert names() == {"Ferries"}
    save("Ferries", "plane", brief)
    assert names() == set()


def test_a_brief_that_rests_is_not_listened_for(save):
    brief = save("Ferries", "ferry")
    assert names() == {"Ferries"}
    save("Ferries", "ferry", brief, active=False)
    assert names() == set()


def test_a_brief_that_is_gone_is_not_listened_for(save):
    save("Ferries", "ferry")
    assert names() == {"Ferries"}
    Brief.objects.all().delete()
    assert names() == set()


def test_an_edit_counts_although_another_clock_is_ahead(save):
    """Another machine's clock may be ahead, and another's change may be saved later than it was begun."""
    late = save("Boats", "boat")
    Brief.objects.filter(pk=late.pk).update(changed_at=timezone.now() + timedelta(days=1))
    brief = save("Ferries", "ferry")
    assert names() == {"Ferries", "Boats"}
    save("Ferries", "plane", brief)
    assert names() == {"Boats"}


def test_two_people_who_edit_the_same_brief_count_as_two_changes(save):
    brief = save("Ferries", "ferry")
    stale = Brief.objects.get(pk=brief.pk)
    save("Ferries", "boat", brief)
    save("Ferries", "plane", stale)
    assert Brief.objects.get().revision == 3


def test_briefs_that_did_not_change_are_asked_for_with_one_query(save, django_assert_num_queries):
    save("Ferries", "ferry")
    before = matching.current()
    with django_assert_num_queries(1):
        assert matching.current() is before


def test_only_the_brief_that_changed_is_read_again(save, monkeypatch):
    brief = save("Ferries", "ferry")
    save("Boats", "boat")
    matching.current()
    read = []
    parse = matching.parse
    monkeypatch.setattr(matching, "parse", lambda query, fields: read.append(query) or parse(query, fields))
    save("Ferries", "plane", brief)
    assert names() == {"Boats"}
    assert read == ["plane"]
