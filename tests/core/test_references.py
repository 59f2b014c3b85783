"""References are written down as they look, and found in texts by that."""

from __future__ import annotations

import pytest

from rapport.core.understand import read
from rapport.core.understand.private import private_in
from rapport.core.understand.references import Unusable, pattern_of
from rapport.core.understand.regions import is_region, regions_of

TEXT = "Booking QX7K2M, my bk-123456 BK-222222 or BK-1234567; inv12345 of Kundennummer: 4411"


def found(written: str) -> list[str]:
    pattern = pattern_of(written)
    assert isinstance(pattern, str)
    return [TEXT[one.start : one.end] for one in private_in([TEXT], (), [pattern])[0] if one.kind == "reference"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("BK-######", ["bk-123456", "BK-222222"]),
        ("booking  ******", ["QX7K2M"]),
        ("Kundennummer: ####", ["4411"]),
        (r"/inv\d{5}/", ["inv12345"]),
        ("booking @@@@@@", []),
        ("####", ["4411"]),
    ],
)
def test_a_reference_is_found_as_it_was_written_down(written, expected):
    assert found(written) == expected


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "Ask for at least three signs of #, @ and *: what is shorter is found everywhere."),
        ("booking ### is", "Ask for at least three signs of #, @ and *: what is shorter is found everywhere."),
        ("/(/", "This regular expression cannot be read: missing ): (."),
        ("/x*/", "It also matches where nothing stands: ask for at least one character."),
        ("/" + "x" * 201 + "/", "It is too long: 200 characters are enough."),
        ("#" * 201, "It is too long: 200 characters are enough."),
    ],
)
def test_what_cannot_be_used_says_why(written, why):
    refused = pattern_of(written)
    assert isinstance(refused, Unusable)
    assert str(refused) == why


def test_every_written_form_of_signs_alone_can_be_used():
    assert all(isinstance(pattern_of(sign * 3), str) for sign in "#@*")


def test_one_begins_with_the_numbers_of_ones_own_country():
    assert regions_of("Europe/Copenhagen")[0] == "DK"
    assert regions_of("Europe/London")[:2] == ("GB", "US")
    assert all(map(is_region, regions_of("America/New_York")))
    assert regions_of("Mars/Olympus") == regions_of("UTC")


def test_a_complaint_counts_for_more_where_many_hear_it():
    near, far = read(["The worst ferry ever, rude and dirty"] * 2, reach=[10, 50_000]).items
    assert (near.urgency.level, far.urgency.reasons) == ("normal", ("heard far",))


def test_there_is_a_reach_for_every_text():
    with pytest.raises(ValueError, match="1 reaches for 2 texts"):
        read(["a", "b"], reach=[1])


def test_signs_of_spam_are_told_also_where_it_is_only_likelier_than_not():
    [suspect, plain] = read(["It is free, order now", "Where is my bag?"]).items
    assert suspect.spam
    assert suspect.suspicion >= 0.5
    assert (plain.spam, plain.suspicion < 0.5) == ((), True)
