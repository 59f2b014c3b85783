"""The sample organisation: a year that can be repeated, reads like people, and knows the truth about itself."""

import doctest
import hashlib
import math
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random

import pytest
from stdnum import luhn

from rapport.core.errors import SettingError
from rapport.core.query import STANDING_FIELDS, Matcher, document, parse
from rapport.core.route.rules import parse_rules
from rapport.sample import ahead, cast, simulate
from rapport.sample.grammar import slots
from rapport.sample.people import Person
from rapport.sample.rhythm import SHAPE, overdispersed, plan, worked
from rapport.sample.scenes import LANGUAGES, SCENES
from rapport.sample.voyage import voyage
from rapport.sample.world import Answered, Assigned, Closed, Drafted, Heard, Reopened
from rapport.sample.writing import LIMITS, library

UNTIL = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def year():
    return simulate(1, 0.2, UNTIL)


@pytest.fixture(scope="module")
def world(year):
    return year[0]


@pytest.fixture(scope="module")
def truth(year):
    return year[1]


@pytest.fixture(scope="module")
def others(world):
    return [heard for heard in world.messages if not heard.ours]


def meaning(truth, heard: Heard):
    return truth.meanings[heard.message.network, heard.message.external_id]


def by_conversation(items, key):
    found = defaultdict(list)
    for item in items:
        found[key(item)].append(item)
    return found


@pytest.fixture(scope="module")
def begun(others):
    """The first message of each conversation."""
    first = {}
    for heard in others:
        first.setdefault((heard.channel, heard.message.thread_id), heard)
    return first


@pytest.fixture(scope="module")
def acts(world):
    return by_conversation(world.acts, lambda act: (act.channel, act.thread_id))


@pytest.fixture(scope="module")
def open_ones(begun, acts):
    def is_open(key) -> bool:
        turns = [act for act in acts[key] if isinstance(act, Closed | Reopened)]
        return not turns or isinstance(turns[-1], Reopened)

    return [key for key in begun if is_open(key)]


def digest(year) -> str:
    return hashlib.sha256(repr(year).encode()).hexdigest()


# -- a pure function -------------------------------------------------------------------------------------------------


def test_the_same_seed_tells_the_same_year():
    assert digest(simulate(7, 0.01, UNTIL)) == digest(simulate(7, 0.01, UNTIL))


def test_another_seed_tells_another_year():
    assert digest(simulate(7, 0.01, UNTIL)) != digest(simulate(8, 0.01, UNTIL))


def test_the_year_does_not_depend_on_the_hash_seed_and_needs_no_django():
    script = (
        "import sys, hashlib; from datetime import UTC, datetime; from rapport.sample import simulate;"
        f"year = simulate(7, 0.01, datetime.fromisoformat({UNTIL.isoformat()!r}));"
        "print(hashlib.sha256(repr(year).encode()).hexdigest(), 'django' in sys.modules)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert runs == [[digest(simulate(7, 0.01, UNTIL)), "False"]] * 2


def test_four_thousand_messages_take_less_than_three_seconds_of_work():
    start = time.process_time()
    simulate(3, 0.2, UNTIL)
    assert time.process_time() - start < 3


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan])
def test_a_scale_that_makes_no_sense_is_refused(scale):
    with pytest.raises(SettingError, match="scale"):
        simulate(1, scale, UNTIL)


def test_an_end_without_a_time_zone_is_refused():
    with pytest.raises(SettingError, match="time zone"):
        simulate(1, 0.02, UNTIL.replace(tzinfo=None))


@pytest.mark.parametrize(("scale", "least", "most"), [(0.05, 800, 1200), (0.2, 3500, 4500)])
def test_scale_multiplies_how_much_is_said(scale, least, most):
    world, _ = simulate(5, scale, UNTIL)
    assert least <= sum(not heard.ours for heard in world.messages) <= most


# -- what was heard --------------------------------------------------------------------------------------------------


def test_every_message_is_there_once(world, truth):
    ids = [(heard.message.network, heard.message.external_id) for heard in (*world.messages, *truth.missed)]
    assert len(set(ids)) == len(ids)


def test_messages_come_in_the_order_in_which_they_were_heard_and_none_from_the_future(world):
    times = [heard.heard_at for heard in world.messages]
    assert times == sorted(times)
    assert all(heard.message.published_at <= heard.heard_at <= UNTIL for heard in world.messages)


def test_a_reply_stands_in_the_thread_of_what_it_answers(world):
    threads = {(h.message.network, h.message.external_id): h.message.thread_id for h in world.messages}
    replies = [h.message for h in world.messages if h.message.parent_id]
    assert len(replies) > 1000
    assert all(threads[m.network, m.parent_id] == m.thread_id for m in replies)


def test_nobody_answers_what_was_not_yet_said(world):
    said = {(h.message.network, h.message.external_id): h.message.published_at for h in world.messages}
    replies = [h.message for h in world.messages if h.message.parent_id]
    assert all(said[m.network, m.parent_id] <= m.published_at for m in replies)


def test_posts_keep_to_the_length_that_their_network_allows(world):
    for heard in world.messages:
        assert len(heard.message.text) <= LIMITS.get(heard.channel, 5000), heard.message.text


def test_spans_point_at_what_they_say(world):
    starts = {"mention": "@", "hashtag": "#", "link": "http"}
    spans = [(h.message.text[s.start : s.end], s.kind) for h in world.messages for s in h.message.spans]
    assert {kind for _, kind in spans} == set(starts)
    assert all(text.startswith(starts[kind]) for text, kind in spans)


def test_every_channel_and_every_language_is_heard_and_english_most(others, truth):
    assert {heard.channel for heard in others} == {channel.slug for channel in cast.CHANNELS}
    languages = Counter(meaning(truth, heard).language for heard in others)
    assert set(languages) == set(LANGUAGES)
    assert languages.most_common(1)[0][0] == "en"


def test_messages_bear_the_network_of_their_channel(world):
    networks = {channel.slug: channel.network for channel in world.channels}
    sources = {channel.slug: channel.sources for channel in world.channels}
    for heard in world.messages:
        assert heard.message.network == networks[heard.channel]
        assert heard.source in sources[heard.channel]


# -- texts -----------------------------------------------------------------------------------------------------------


def test_hardly_a_text_repeats_another(others):
    texts = [heard.message.text for heard in others]
    assert len(set(texts)) >= 0.995 * len(texts)


@pytest.mark.parametrize(("ours", "most"), [(False, 0.015), (True, 0.04)])
def test_no_six_words_in_a_row_come_again_and_again(world, ours, most):
    texts = [heard.message.text for heard in world.messages if heard.ours == ours]
    shingles = Counter()
    for text in texts:
        words = text.lower().split()
        shingles.update({tuple(words[at : at + 6]) for at in range(len(words) - 5)})
    shingle, count = shingles.most_common(1)[0]
    assert count < most * len(texts), " ".join(shingle)


def test_no_text_shows_how_it_was_made(world):
    for heard in world.messages:
        assert not re.search(r"[{}\[\]|]|\.\.(?!\.)(?<!\.\.\.)", heard.message.text), heard.message.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_asks_only_for_what_is_known(language):
    books = library(language)
    person = Person(language, "Ana", "Lund", "Bath", "Otto", 8, "plain")
    facts = voyage(Random(1), person, UNTIL, "late", books.words)
    known = set(facts) | set(books.pools) | {"member", "due"}
    for shelf in (books.hearts, books.details, books.answers, books.pools):
        for name, lines in shelf.items():
            for line in lines:
                assert set(slots(line)) <= known, (language, name, line)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scene_is_written_in_every_language(language):
    hearts = library(language).hearts
    assert all(hearts[topic] for topic in SCENES)
    assert all(hearts[topic] for topic in ("news", "news_storm", "news_price"))


def test_some_messages_hold_private_data(others):
    found = [re.findall(r"(?<![A-Za-z]{2}\d\d )\b\d{4} \d{4} \d{4} \d{4}\b", heard.message.text) for heard in others]
    cards = [card for cards in found for card in cards]
    assert cards
    assert all(luhn.is_valid(card.replace(" ", "")) for card in cards)
    assert any(re.search(r"\w@\w+\.example", heard.message.text) for heard in others if heard.channel == "contact")


# -- people ----------------------------------------------------------------------------------------------------------


def test_most_write_once_and_a_few_come_back_again_and_again(others):
    counts = Counter((heard.channel, heard.message.author.external_id) for heard in others).values()
    assert sum(count == 1 for count in counts) > 0.4 * len(counts)
    assert max(counts) > 10


def test_some_people_write_from_two_places(truth, others):
    heard = {heard.message.author for heard in others}
    assert sum(len(set(accounts) & heard) > 1 for accounts in truth.persons) > 20


def test_every_role_is_filled_and_every_function_has_a_team_with_somebody_in_it(world):
    roles = {member.role for member in world.members}
    assert roles == {"member", "lead", "hub", "sponsor", "auditor", "administrator"}
    functions = {"hub", "service", "product", "sales", "logistics", "people", "marketing"}
    assert {team.function for team in world.teams} == functions
    staffed = {team for member in world.members for team in member.teams}
    assert staffed == {team.slug for team in world.teams}


# -- what we did -----------------------------------------------------------------------------------------------------


def test_acts_come_in_order_by_people_who_work_here_on_conversations_that_exist(world):
    times = [act.at for act in world.acts]
    assert times == sorted(times)
    assert times[-1] <= UNTIL
    emails = {member.email for member in world.members} | {""}
    threads = {(heard.channel, heard.message.thread_id) for heard in world.messages}
    assert all(act.by in emails and (act.channel, act.thread_id) in threads for act in world.acts)


def test_every_answer_is_a_message_of_ours_with_the_same_text(world):
    ours = {(h.channel, h.message.external_id): h.message for h in world.messages if h.ours}
    answers = [act for act in world.acts if isinstance(act, Answered)]
    assert len(answers) > 1000
    for act in answers:
        message = ours[act.channel, act.message_id]
        assert (message.text, message.parent_id, message.thread_id) == (act.text, act.parent_id, act.thread_id)


def test_whoever_answers_speaks_the_language(world, truth, begun):
    languages = {member.email: member.languages for member in world.members}
    for act in world.acts:
        if isinstance(act, Answered):
            assert meaning(truth, begun[act.channel, act.thread_id]).language in languages[act.by]


def test_nothing_is_done_before_the_message_was_heard(begun, acts):
    assert all(act.at >= heard.heard_at for key, heard in begun.items() for act in acts[key])


def test_three_quarters_of_questions_and_complaints_are_answered(truth, begun, acts):
    needing = [key for key, heard in begun.items() if meaning(truth, heard).kind in ("question", "complaint")]
    answered = sum(any(isinstance(act, Answered) for act in acts[key]) for key in needing)
    assert 0.7 < answered / len(needing) < 0.88


def test_the_first_answer_takes_an_hour_or_three_while_the_team_works(truth, begun, acts):
    hours = []
    for key, heard in begun.items():
        at_work = worked(heard.heard_at, 0, meaning(truth, heard).team) == heard.heard_at
        answers = [act.at for act in acts[key] if isinstance(act, Answered)]
        if answers and at_work:
            hours.append((answers[0] - heard.heard_at) / timedelta(hours=1))
    assert 0.7 < statistics.median(hours) < 3
    assert sum(hour > 24 for hour in hours) > 20  # and some are late


@pytest.mark.parametrize(
    ("seed", "until"),
    [(1, UNTIL), (2, datetime(2026, 8, 3, 3, tzinfo=UTC)), (3, datetime(2026, 2, 16, 12, tzinfo=UTC))],
)
def test_at_the_end_there_is_something_of_everything_to_do(seed, until):
    world, _ = simulate(seed, 0.2, until)
    heard = [h for h in world.messages if not h.ours and h.channel != "news"]
    threads = by_conversation(heard, lambda h: (h.channel, h.message.thread_id))
    acts = by_conversation(world.acts, lambda act: (act.channel, act.thread_id))
    waiting = {}
    for key, messages in threads.items():
        turns = [act for act in acts[key] if isinstance(act, Closed | Reopened)]
        if not turns or isinstance(turns[-1], Reopened):
            waiting[key] = messages
    assert 20 <= len(waiting) <= 60
    ages = {key: until - messages[0].heard_at for key, messages in waiting.items()}
    answered = {key for key in waiting if any(isinstance(act, Answered) for act in acts[key])}
    assert sum(age < timedelta(hours=4) for age in ages.values()) >= 3
    assert sum(age > timedelta(days=1) for key, age in ages.items() if key not in answered) >= 3
    assert sum(not any(isinstance(act, Assigned) for act in acts[key]) for key in waiting) >= 5
    assert any(isinstance(act, Drafted) for key in waiting for act in acts[key])
    assert any(getattr(act, "promised_for", None) for key in waiting for act in acts[key])


# -- rules and briefs ------------------------------------------------------------------------------------------------


def test_the_rules_can_be_read_and_are_mostly_right_when_kinds_are(world, truth, begun):
    rules = parse_rules(world.rules, [team.slug for team in world.teams], hub="hub")
    documents = [document(h.message, kind=(meaning(truth, h).kind,)) for h in begun.values()]
    right = sum(
        owner.team == meaning(truth, heard).team
        for owner, heard in zip(rules.owners(documents), begun.values(), strict=True)
    )
    assert right > 0.65 * len(begun)


def test_the_briefs_find_nearly_all_that_was_not_sent_to_us(world, others):
    matcher = Matcher({brief.slug: parse(brief.query, STANDING_FIELDS) for brief in world.briefs})
    found = [bool(list(matcher.matching(document(h.message)))) for h in others if not h.message.addressed]
    assert sum(found) > 0.85 * len(found)


# -- what was planted ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def events(truth):
    return {event.slug: event for event in truth.events}


def test_the_truth_knows_every_message_of_others_and_no_other(others, truth):
    told = {(h.message.network, h.message.external_id) for h in (*others, *truth.missed)}
    assert set(truth.meanings) == told


def test_nothing_of_the_silent_channel_reaches_us_for_three_weeks(world, truth, events):
    silence = events["silence"]
    assert silence.end - silence.start == timedelta(days=21)
    (channel,) = silence.channels
    assert not [h for h in world.messages if h.channel == channel and silence.start <= h.heard_at < silence.end]
    assert len(truth.missed) >= 5
    for heard in truth.missed:
        assert heard.channel == channel
        assert silence.start - timedelta(minutes=2) <= heard.message.published_at < silence.end


def test_what_other_gaps_held_back_arrives_when_they_end(world):
    for outage in world.outages:
        within = [h for h in world.messages if h.channel == outage.channel]
        assert not [h for h in within if outage.start <= h.heard_at < outage.end]
    late = [outage for outage in world.outages if outage.recovered]
    assert len(late) >= 4
    assert any(
        o.channel == h.channel and o.end <= h.heard_at < o.end + timedelta(minutes=9)
        for o in late
        for h in world.messages
    )


def test_the_storm_is_a_burst_of_trouble_for_operations(others, truth, events):
    storm = events["storm"]
    days = Counter(heard.message.published_at.date() for heard in others)
    usual = statistics.median(days.values())
    assert max(days[(storm.start + timedelta(days=n)).date()] for n in range(3)) > 3 * usual
    within = [meaning(truth, h) for h in others if storm.start <= h.message.published_at < storm.end]
    assert sum(m.tone == "negative" for m in within) > 0.5 * len(within)
    assert Counter(m.team for m in within).most_common(1)[0][0] == "logistics"


def test_the_price_rise_cools_the_tone_for_good(truth, events):
    price = events["price"]
    before = [week.expected for week in truth.weeks if week.start + timedelta(days=7) <= price.start]
    quiet = price.start + timedelta(days=28)  # the first anger is over
    after = [week.expected for week in truth.weeks if quiet <= week.start < events["mending"].start]
    assert statistics.mean(before) - statistics.mean(after) > 0.08


def test_the_tone_mends_slowly_until_the_end(truth, events):
    weeks = [week for week in truth.weeks if week.start >= events["mending"].start]

    def mean(some):
        return sum(week.mean * week.count for week in some) / sum(week.count for week in some)

    assert mean(weeks[-5:]) - mean(weeks[:4]) > 0.12


def test_in_an_ordinary_year_nothing_is_planted_and_people_speak_of_the_same_things_from_first_to_last():
    world, truth = simulate(1, 0.02, UNTIL, planted=False)
    assert (truth.events, world.reader, truth.missed) == ((), None, ())
    assert not {meaning.event for meaning in truth.meanings.values()} - {""}
    ordinary = plan(Random(1), UNTIL, planted=False)
    days = [UNTIL - timedelta(days=n) for n in range(365)]
    assert all(ordinary.weights(day) == ordinary.weights(UNTIL) for day in days)
    assert all(ordinary.tones(topic, day) == SCENES[topic].tones for day in days[::60] for topic in SCENES)


@pytest.mark.parametrize(
    ("slug", "kinds", "times"),
    [("app", ("idea", "bug"), 1.5), ("hiring", ("job",), 2.0), ("rival", ("other",), 1.5)],
)
def test_what_is_new_is_spoken_of_more(truth, others, events, slug, kinds, times):
    event = events[slug]
    first = min(event.end, event.start + timedelta(days=14))
    of_these = [h for h in others if meaning(truth, h).kind in kinds and h.message.parent_id == ""]
    share = {}
    for name, start, end in (("then", event.start, first), ("else", UNTIL - timedelta(days=365), UNTIL)):
        all_ = [h for h in others if start <= h.message.published_at < end and h.message.parent_id == ""]
        share[name] = sum(start <= h.message.published_at < end for h in of_these) / len(all_)
    assert share["then"] > times * share["else"]


def test_a_campaign_says_nearly_the_same_from_many_accounts(truth, others, events):
    campaign = events["campaign"]
    sent = [heard.message for heard in others if meaning(truth, heard).event == "campaign"]
    assert len(sent) > 12
    assert len({message.author for message in sent}) > 0.7 * len(sent)
    assert all(campaign.start.date() <= m.published_at.date() <= campaign.end.date() for m in sent)
    assert all("harbour" in message.text and "before summer" in message.text for message in sent)


def test_the_true_tone_scatters_around_the_path_it_was_drawn_from(truth):
    # Tones lie between -1 and 1, so the sum of n of them has a standard deviation of at most the root of n.
    count = sum(week.count for week in truth.weeks)
    drift = sum(week.count * (week.mean - week.expected) for week in truth.weeks)
    assert abs(drift) < 4 * math.sqrt(count)


def test_summer_is_busier_than_winter(others):
    months = Counter(heard.message.published_at.month for heard in others)
    assert months[7] + months[8] > 1.4 * (months[1] + months[2])


def test_people_write_by_day(others):
    hours = Counter(h.message.published_at.hour for h in others)
    assert sum(hours[hour] for hour in range(1, 5)) < 0.05 * len(others)


def test_days_scatter_more_than_chance_alone():
    rng, mean, count = Random(4), 20.0, 4000
    draws = [overdispersed(rng, mean) for _ in range(count)]
    expected = mean + mean**2 / SHAPE
    # The variance of a sample variance is about (kurtosis - 1) / n; a negative binomial's kurtosis is 3 + 6/SHAPE + ...
    tolerance = 4 * expected * math.sqrt((2 + 6 / SHAPE + 1 / expected) / count)
    assert abs(statistics.variance(draws) - expected) < tolerance


@pytest.mark.parametrize("name", ["grammar", "people", "rhythm", "story", "writing"])
def test_the_examples_in_the_docs_are_true(name):
    result = doctest.testmod(import_module(f"rapport.sample.{name}"))
    assert result.attempted
    assert not result.failed


def test_the_year_is_the_same_when_another_process_tells_it():
    world, truth = ahead.begin(seed=7, scale=0.01)()
    assert digest((world, truth)) == digest(simulate(7, 0.01, world.until))
