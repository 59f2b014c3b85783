"""A list that grows at the top, gets late arrivals below, and is read in visits that may be cut short."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.connectors.bluesky import bookmark as module
from rapport.connectors.bluesky.bookmark import Bookmark, Item, read_cursor, write_cursor


def item(at: int, name: str, *, named: bool = True) -> Item:
    return Item(at, name, named, None)


def names(items: list[Item]) -> list[str]:
    return [one.name for one in items]


def test_what_was_stored_is_not_taken_again() -> None:
    first = [item(2, "b"), item(1, "a")]
    bookmark = Bookmark().after(first)
    assert bookmark.unseen([item(3, "c"), *first]) == [item(3, "c")]


def test_what_shares_its_moment_with_the_newest_is_taken() -> None:
    bookmark = Bookmark().after([item(2, "b")])
    assert names(bookmark.unseen([item(2, "c"), item(2, "b")])) == ["c"]


def test_what_arrives_late_is_taken() -> None:
    bookmark = Bookmark().after([item(9, "b")])
    assert names(bookmark.unseen([item(9, "b"), item(4, "late")])) == ["late"]


def test_what_is_only_counted_is_counted_when_it_is_newer() -> None:
    bookmark = Bookmark().after([item(5, "b")])
    likes = [item(6, "x", named=False), item(5, "y", named=False), item(4, "z", named=False)]
    assert names(bookmark.unseen(likes)) == ["x"]


def test_a_first_visit_does_not_dig_below_where_it_looked() -> None:
    bookmark = Bookmark().after([item(5, "b")], bottom=5)
    assert bookmark.unseen([item(5, "b"), item(4, "old")]) == []


def test_a_list_is_read_ten_minutes_below_the_newest() -> None:
    bookmark = Bookmark(newest=10_000_000)
    assert not bookmark.covers(10_000_000 - 600_000)
    assert bookmark.covers(10_000_000 - 600_001)


def test_a_bookmark_remembers_a_limited_number_and_raises_its_floor() -> None:
    many = [item(at, f"m{at}") for at in range(1, 1001)]
    bookmark = Bookmark().after(many)
    assert len(bookmark.known) == module.KEEP
    assert bookmark.floor == 1001 - module.KEEP
    assert bookmark.unseen(many) == []


def test_all_that_share_the_lowest_moment_are_remembered() -> None:
    burst = [item(7, f"m{number}") for number in range(module.KEEP + 50)]
    bookmark = Bookmark().after(burst)
    assert bookmark.unseen(burst) == []


def test_the_floor_stays_below_what_still_waits() -> None:
    """Late arrivals are stored first; a visit cut short between two pages must not lose the second."""
    known = [item(1000 + at, f"m{at}") for at in range(module.KEEP)]
    late = [item(10 + at, f"late{at}") for at in range(10)]
    bookmark = Bookmark().after(known).after(late[:5], left=late[5:])
    assert names(bookmark.unseen([*known[::-1], *late[::-1]])) == names(late[5:][::-1])


def test_a_cursor_that_is_not_ours_begins_anew() -> None:
    for cursor in ("", "x", "[]", "7", '{"a": 1}'):
        assert Bookmark.read(read_cursor(cursor).get("a")) == Bookmark()


def test_a_cursor_keeps_the_bookmarks_of_several_lists() -> None:
    one, two = Bookmark().after([item(1, "a")]), Bookmark().after([item(2, "b")])
    saved = read_cursor(write_cursor({"one": one.saved(), "two": two.saved()}))
    assert (Bookmark.read(saved["one"]), Bookmark.read(saved["two"])) == (one, two)


visits = st.lists(
    st.tuples(
        st.lists(st.integers(0, 30), max_size=8),  # how far below the newest moment each arrival stands
        st.integers(1, 4),  # how many are stored in one go
        st.none() | st.integers(0, 3),  # after how many goes the visit is cut short
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=200, deadline=None)
@given(visits=visits)
def test_every_message_is_stored_exactly_once_whatever_happens(
    visits: list[tuple[list[int], int, int | None]],
) -> None:
    listed: list[Item] = []
    stored: list[str] = []
    saved = ""
    for number, (arrivals, size, cut) in enumerate([*visits, ([], 100, None)]):
        top = 1000 + number * 10
        listed += [item(top - below, f"{number}.{place}") for place, below in enumerate(arrivals)]
        newest_first = sorted(listed, key=lambda one: -one.at)
        bookmark = Bookmark.read(read_cursor(saved).get("list"))
        waiting = bookmark.unseen(newest_first)[::-1]
        for go in range(0, len(waiting), size):
            if cut is not None and go // size >= cut:
                break
            chunk = waiting[go : go + size]
            bookmark = bookmark.after(chunk, left=waiting[go + size :])
            stored += names(chunk)
            saved = write_cursor({"list": bookmark.saved()})
    assert sorted(stored) == sorted(names(listed))
