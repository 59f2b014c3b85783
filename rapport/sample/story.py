"""A year, conversation by conversation: somebody writes, others chime in, we answer or fail to, it ends or does not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from rapport.core.errors import SettingError
from rapport.core.types import Author, Message
from rapport.sample import cast
from rapport.sample.habits import (
    ANSWERED,
    BACKLOG,
    BEGINNINGS,
    CAMPAIGN,
    CHIMES,
    FATES,
    FRESH,
    KINDS,
    LANGUAGE_NAMES,
    LYING,
    NEEDS_ANSWER,
    NO_REACTION,
    ORDINARY,
    PROMISES,
    REACTION_POOLS,
    REACTIONS,
    REFUNDED,
    TONES,
)
from rapport.sample.people import Person, Population, paper
from rapport.sample.platforms import BY_SLUG, Desk, reaches
from rapport.sample.rhythm import YEAR, ZONE, Plan, awake, moment, overdispersed, plan, poisson, season, worked
from rapport.sample.scenes import LANGUAGE_SHARES, LANGUAGES, SCENES, channels
from rapport.sample.texts import notices
from rapport.sample.voyage import voyage
from rapport.sample.world import (
    Act,
    Answered,
    Assigned,
    Closed,
    Drafted,
    Heard,
    Meaning,
    Member,
    Noted,
    Reopened,
    TrueWeek,
    Truth,
    World,
)
from rapport.sample.writing import SOCIAL, Facts, Reply, Writer, library


@dataclass(slots=True)
class Thread:
    """A conversation while it is being told."""

    channel: str
    topic: str
    language: str
    person: Person
    author: Author
    facts: Facts
    event: str
    asked: str = ""
    root: str = ""
    last: str = ""
    arrivals: list[datetime] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return SCENES[self.topic].kind

    @property
    def team(self) -> str:
        return SCENES[self.topic].team


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody else said, for the path of the true tone. `drift`: the mean that its tone was drawn from."""

    at: datetime
    tone: str
    drift: float


SIGN = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(slots=True)
class Storyteller:
    rng: Random
    until: datetime
    scale: float
    plan: Plan
    people: Population
    writer: Writer
    desk: Desk
    heard: list[Heard] = field(default_factory=list)
    missed: list[Heard] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    meanings: dict[tuple[str, str], Meaning] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    unfinished: int = 0

    # -- the year ----------------------------------------------------------------------------------------------------

    def tell(self) -> None:
        first = (self.until - YEAR).astimezone(ZONE).date()
        days = [first + timedelta(days=n) for n in range(366)]
        average = sum(season(day) for day in days) / len(days)
        for day in days:
            self._day(day, season(day) / average)
        for _ in range(FRESH if self.scale >= 0.06 else 2):
            self._begin_fresh()
        for _ in range(max(3, round(LYING * min(self.scale * 5, 1.0)) - self.unfinished)):
            self._begin_lying()

    def _day(self, day: date, level: float) -> None:
        noon = datetime.combine(day, time(12), ZONE).astimezone(UTC)
        weights = self.plan.weights(noon)
        busy = BEGINNINGS / 365 * self.scale * level * sum(weights.values()) / ORDINARY
        for _ in range(overdispersed(self.rng, busy)):
            topic = self.rng.choices(list(weights), list(weights.values()))[0]
            slugs, shares = channels(topic)
            channel = self.rng.choices(slugs, shares)[0]
            self._begin(topic, channel, moment(self.rng, day, channel), weights)
        if self.rng.random() < 0.42 * min(1.0, self.scale * 20):
            self._article("news", moment(self.rng, day, "news"))
        self._campaign(day, noon)
        self._notices(day, noon)
        self._news_of_events(day, noon)

    def _begin_fresh(self) -> None:
        wanted = [topic for topic, scene in SCENES.items() if scene.kind in NEEDS_ANSWER and scene.weight > 1]
        at = self.until - timedelta(minutes=self.rng.uniform(35, 230))
        channel = self.rng.choice(("bluesky", "bluesky", "mastodon", "contact"))
        self._begin(self.rng.choice(wanted), channel, at.replace(microsecond=0), fate="waiting")

    def _begin_lying(self) -> None:
        """Something of the last days that still waits, whatever the season."""
        wanted = [topic for topic, scene in SCENES.items() if scene.kind in NEEDS_ANSWER and scene.weight > 1]
        topic = self.rng.choice(wanted)
        slugs, shares = channels(topic)
        channel = self.rng.choices(slugs, shares)[0]
        day = (self.until - timedelta(days=self.rng.randint(1, 5))).astimezone(ZONE).date()
        fate, _ = self.rng.choices(FATES, [share for _, share in FATES])[0]
        self._begin(topic, channel, moment(self.rng, day, channel), fate=fate)

    # -- a conversation ----------------------------------------------------------------------------------------------

    def _begin(
        self,
        topic: str,
        channel: str,
        at: datetime,
        weights: Mapping[str, float] | None = None,
        fate: str = "",
        notice: Message | None = None,
    ) -> None:
        if not self.until - YEAR <= at <= self.until:
            return
        language = self.rng.choices(LANGUAGES, LANGUAGE_SHARES[channel])[0]
        person, author = self.people.somebody(language, channel)
        thread = Thread(
            channel, topic, language, person, author, self._facts(person, at, topic), self._event(topic, at)
        )
        if notice:
            thread.root = thread.last = notice.external_id
        shares = self.plan.tones(topic, at)
        tone = self.rng.choices(("negative", "neutral", "positive"), shares)[0]
        addressed = channel not in SOCIAL or channel == "mastodon" or notice is not None or self._speaks_to_us(thread)
        text = self.writer.opening(person, topic, tone, channel, thread.facts, addressed=addressed)
        thread.asked = text
        drift = self._mean_tone(weights, at) if weights else shares[2] - shares[0]
        meaning = Meaning(language, tone, thread.kind, thread.team, topic, thread.event)
        heard_at = self._hear(thread, author, text, at, meaning, drift, addressed=addressed)
        if heard_at is None:
            return
        self._chime(thread, at, fate)
        self._handle(thread, heard_at, fate or self._fate(thread, at))
        self._settle(thread)
        done = [act for act in thread.acts if act.at <= self.until]
        last = max((act for act in done if isinstance(act, Closed | Reopened)), key=lambda act: act.at, default=None)
        self.unfinished += not isinstance(last, Closed)
        self.acts.extend(done)

    def _facts(self, person: Person, at: datetime, topic: str) -> Facts:
        facts = voyage(self.rng, person, at, topic, library(person.language).words)
        if self.plan.stormy(at) or topic in ("stormwait", "cancelled", "news_storm"):
            facts["stormy"] = "yes"
        return facts

    def _event(self, topic: str, at: datetime) -> str:
        if topic in ("stormwait", "cancelled", "news_storm"):
            return "storm"
        return "price" if topic in ("pricey", "news_price") else ""

    def _speaks_to_us(self, thread: Thread) -> bool:
        share = {"other": 0.25, "praise": 0.6, "spam": 1.0}.get(thread.kind, 0.84)
        return self.rng.random() < share

    def _mean_tone(self, weights: Mapping[str, float], at: datetime) -> float:
        """The mean tone of what a day's conversations begin with."""
        total = mean = 0.0
        for topic, weight in weights.items():
            if SCENES[topic].kind != "spam":
                negative, _, positive = self.plan.tones(topic, at)
                total += weight
                mean += weight * (positive - negative)
        return mean / total

    def _hear(
        self,
        thread: Thread,
        author: Author,
        text: str,
        at: datetime,
        meaning: Meaning,
        drift: float,
        *,
        addressed: bool,
    ) -> datetime | None:
        """Somebody wrote. Returns when it reached us, or nothing if it never did, or not yet."""
        channel = thread.channel
        if at > self.until:
            return None
        message = self.desk.message(
            channel, author, text, at, meaning.language, root=thread.root, parent=thread.last, addressed=addressed
        )
        source = ("notifications" if addressed else "search") if channel == "bluesky" else BY_SLUG[channel].sources[0]
        heard_at = self._arrival(channel, at)
        if heard_at is not None and heard_at > self.until:
            return None
        self.meanings[message.network, message.external_id] = meaning
        if meaning.kind != "spam" and channel != "news":
            self.said.append(Said(at, meaning.tone, drift))
        if heard_at is None:
            self.missed.append(Heard(channel, source, at, False, message))
            return None
        self.heard.append(Heard(channel, source, heard_at, False, message))
        thread.root = thread.root or message.external_id
        thread.last = message.external_id
        thread.arrivals.append(heard_at)
        return heard_at

    def _arrival(self, channel: str, at: datetime) -> datetime | None:
        heard_at = reaches(self.rng, channel, at)
        for outage in self.plan.outages:
            if outage.channel == channel and outage.start <= heard_at < outage.end:
                return outage.end + timedelta(seconds=self.rng.randint(40, 500)) if outage.recovered else None
        return heard_at

    def _deaf(self, channel: str, at: datetime) -> bool:
        return any(o.channel == channel and o.start <= at < o.end for o in self.plan.outages)

    def _speak(self, thread: Thread, person: Person, author: Author, pool: str, at: datetime) -> datetime | None:
        """A message within the conversation; `pool` says what kind of thing is said."""
        text = self.writer.follow_up(person, pool, thread.channel, thread.facts)
        tone, drift = TONES[pool]
        kind = KINDS.get(pool, thread.kind if pool in ("metoo", "clarify") else "other")
        if pool == "clarify" and thread.kind == "praise":
            kind = "other"
        meaning = Meaning(thread.language, tone, kind, thread.team, pool, thread.event)
        return self._hear(thread, author, text, at, meaning, drift, addressed=True)

    def _chime(self, thread: Thread, at: datetime, fate: str) -> None:
        mean, pools = CHIMES.get(thread.kind, (0.0, ()))
        if "://" in thread.asked:
            pools = (*pools, "photo", "photo")
        if thread.event == "price":
            pools = ("metoo",)
        if thread.channel not in SOCIAL or fate or thread.topic == "rivaltalk":
            return
        first, root = thread.last, thread.root
        for _ in range(poisson(self.rng, mean * (1.6 if thread.event else 1.0))):
            person, author = self.people.somebody(thread.language, thread.channel)
            if author != thread.author:
                later = at + timedelta(hours=self.rng.expovariate(1 / 3.5), seconds=90)
                thread.last, thread.root = first, root
                self._speak(thread, person, author, self.rng.choice(pools), awake(self.rng, later))
        thread.last, thread.root = first, root

    # -- what we make of it ------------------------------------------------------------------------------------------

    def _fate(self, thread: Thread, at: datetime) -> str:
        """What began a short while ago may still lie there."""
        if thread.kind not in NEEDS_ANSWER or at < self.until - BACKLOG:
            return ""
        draw = self.rng.random()
        for fate, share in FATES:
            if draw < share:
                return fate
            draw -= share
        return ""

    def _handle(self, thread: Thread, heard_at: datetime, fate: str) -> None:
        if fate:
            self._leave(thread, heard_at, fate)
        elif self.rng.random() < ANSWERED[thread.kind] * (0.8 if thread.event == "storm" else 1.0):
            self._answer(thread, heard_at)
        elif thread.kind in NEEDS_ANSWER and self.rng.random() < 0.35:
            self._nudged(thread, heard_at)
        else:
            self._pass_over(thread, heard_at)

    def _leave(self, thread: Thread, heard_at: datetime, fate: str) -> None:
        """It still waits: with nobody, with somebody who asked around or began to answer, or for promised news."""
        if fate == "waiting":
            late = heard_at + timedelta(hours=self.rng.uniform(20, 50))
            if self.rng.random() < 0.2 and thread.channel not in ("crossings", "apps"):
                self._speak(thread, thread.person, thread.author, "nudge", awake(self.rng, late))
            return
        member = self._member(thread)
        at = worked(heard_at, self.rng.uniform(5, 90), thread.team)
        if at > self.until - timedelta(hours=1):  # the team has not worked since: somebody looked in from home
            at = heard_at + (self.until - heard_at) * 0.4
        self._assign(thread, at, member)
        if fate == "noted":
            self._note(thread, at + timedelta(minutes=self.rng.uniform(3, 40)), member)
            return
        if fate == "promised":
            due = worked(at, 60 * self.rng.uniform(10, 34), "sales").replace(minute=0, second=0)
            self._send(thread, at + timedelta(minutes=self.rng.uniform(3, 30)), member, "promise", due)
            return
        text = self._words_of(thread, member, "answer")
        part = text[: max(25, int(len(text) * self.rng.uniform(0.35, 0.95)))].rsplit(" ", 1)[0]
        self._act(
            thread, Drafted(*self._where(thread, at + timedelta(minutes=self.rng.uniform(1, 12))), member.email, part)
        )

    def _answer(self, thread: Thread, heard_at: datetime) -> None:
        load = 3.5 if thread.event == "storm" else 1.6 if thread.event == "price" else 1.0
        at = worked(heard_at, self.rng.lognormvariate(math.log(60 * load), 1.1), thread.team)
        if self._deaf(thread.channel, at):
            self._pass_over(thread, heard_at)
            return
        member = self._member(thread)
        if self.rng.random() < 0.14:
            hub = self._of_team("hub", thread.language)
            handed = heard_at + (at - heard_at) * self.rng.uniform(0.2, 0.6)
            self._act(thread, Assigned(*self._where(thread, handed), hub.email, thread.team))
        taken = at - min((at - heard_at) * 0.5, timedelta(minutes=self.rng.uniform(2, 15)))
        self._assign(thread, taken, member)
        if self.rng.random() < 0.13:
            self._note(thread, taken + (at - taken) / 2, member)
        promise = thread.kind in PROMISES and self.rng.random() < 0.14
        due = worked(at, 60 * self.rng.uniform(14, 30), "sales").replace(minute=0, second=0)
        if not self._send(thread, at, member, "promise" if promise else "answer", due if promise else None):
            return
        if promise:
            self._keep(thread, due, member)
        else:
            self._after(thread, at, member)

    def _keep(self, thread: Thread, due: datetime, member: Member) -> None:
        """Most promises are kept; a few are kept late, and one in twelve is forgotten for good."""
        draw = self.rng.random()
        if draw < 0.08 and due < self.until - timedelta(days=9):
            self._close(thread, worked(due, 60 * 30, "service"), member, "no answer needed")
            return
        at = (
            due - timedelta(hours=self.rng.uniform(1, 7))
            if draw < 0.78
            else due + timedelta(hours=self.rng.uniform(2, 70))
        )
        if self._send(thread, at, member):
            self._after(thread, at, member)

    def _after(self, thread: Thread, at: datetime, member: Member) -> None:
        """The other side reacts or not; then we close."""
        share, pools = REACTIONS.get(thread.kind, NO_REACTION)
        if thread.channel in ("crossings", "apps") or self.rng.random() >= share:
            patience = self.rng.uniform(0, 4) if self.rng.random() < 0.62 else 60 * self.rng.uniform(6, 30)
            self._close(thread, worked(at, patience, thread.team), member, "answered")
            return
        pool = self.rng.choices(REACTION_POOLS, pools)[0]
        later = awake(self.rng, at + timedelta(hours=self.rng.expovariate(1 / 2.2), minutes=3))
        if self._deaf(thread.channel, later):
            self._close(thread, worked(at, 400, thread.team), member, "answered")
            return
        said = "paid" if pool == "thanks" and thread.topic in REFUNDED and later - at > timedelta(hours=3) else pool
        heard_at = self._speak(thread, thread.person, thread.author, said, later)
        if heard_at is None:
            return
        if self.rng.random() < 0.3:
            self._close(thread, at + timedelta(minutes=1), member, "answered")
            self._act(thread, Reopened(*self._where(thread, heard_at), ""))
        if pool == "thanks":
            self._close(thread, worked(heard_at, self.rng.uniform(2, 150), thread.team), member, "answered")
        elif self.rng.random() < 0.82:
            again = worked(heard_at, self.rng.lognormvariate(math.log(75), 1.0), thread.team)
            if self._send(thread, again, member, "second" if pool == "clarify" else "again"):
                self._thank(thread, again, member)
        else:
            self._close(
                thread, worked(heard_at, 60 * self.rng.uniform(10, 40), thread.team), member, "no answer needed"
            )

    def _thank(self, thread: Thread, at: datetime, member: Member) -> None:
        later = awake(self.rng, at + timedelta(hours=self.rng.expovariate(1 / 3), minutes=4))
        if self.rng.random() < 0.45 and not self._deaf(thread.channel, later):
            self._speak(thread, thread.person, thread.author, "thanks", later)
        self._close(thread, worked(later, self.rng.uniform(2, 500), thread.team), member, "answered")

    def _nudged(self, thread: Thread, heard_at: datetime) -> None:
        """We overlook it, they ask again, and then as a rule we answer."""
        if thread.channel in ("crossings", "apps"):
            self._pass_over(thread, heard_at)
            return
        later = awake(self.rng, heard_at + timedelta(hours=self.rng.uniform(18, 60)))
        again = (
            None
            if self._deaf(thread.channel, later)
            else self._speak(thread, thread.person, thread.author, "nudge", later)
        )
        if again is not None and self.rng.random() < 0.7:
            self._answer(thread, again)
        else:
            self._close(thread, worked(later, 60 * self.rng.uniform(8, 40), thread.team), None, "no answer needed")

    def _pass_over(self, thread: Thread, heard_at: datetime) -> None:
        if thread.kind == "spam":
            self._close(thread, worked(heard_at, self.rng.uniform(2, 160), "hub"), None, "spam")
        elif thread.kind in NEEDS_ANSWER:
            self._close(thread, worked(heard_at, 60 * self.rng.uniform(10, 42), thread.team), None, "no answer needed")
        else:
            self._close(thread, worked(heard_at, self.rng.uniform(5, 420), thread.team), None, "no answer needed")

    def _settle(self, thread: Thread) -> None:
        """Whoever writes into a closed conversation opens it again, and somebody closes it once more."""
        for arrival in sorted(thread.arrivals):
            turns = [act for act in thread.acts if isinstance(act, Closed | Reopened)]
            before = max((act for act in turns if act.at <= arrival), key=lambda act: act.at, default=None)
            if isinstance(before, Closed):
                self._act(thread, Reopened(*self._where(thread, arrival), ""))
                if not any(isinstance(act, Closed) and act.at > arrival for act in turns):
                    again = worked(arrival, self.rng.uniform(2, 200), thread.team)
                    self._act(thread, Closed(*self._where(thread, again), before.by, "no answer needed"))

    # -- our hands ---------------------------------------------------------------------------------------------------

    def _where(self, thread: Thread, at: datetime) -> tuple[datetime, str, str]:
        return at.replace(microsecond=0), thread.channel, thread.root

    def _act(self, thread: Thread, act: Act) -> None:
        thread.acts.append(act)

    def _assign(self, thread: Thread, at: datetime, member: Member) -> None:
        lead = next((m for m in cast.MEMBERS if m.role in ("lead", "hub") and thread.team in m.teams), member)
        by = lead if self.rng.random() < 0.25 else member
        self._act(thread, Assigned(*self._where(thread, at), by.email, thread.team, member.email))

    def _note(self, thread: Thread, at: datetime, member: Member) -> None:
        english = library("en").words
        known = voyage(self.rng, thread.person, at, thread.topic, english) | thread.facts
        known["weekday"] = english["weekdays"].split()[at.weekday()]
        known["season"] = english["seasons"].split()[at.month % 12 // 3]
        known["language"] = LANGUAGE_NAMES[thread.language]
        special = notices.NOTES_ON.get(thread.topic) or notices.NOTES_ON.get(thread.kind)
        notes = special if special and self.rng.random() < 0.7 else notices.NOTES
        self._act(thread, Noted(*self._where(thread, at), member.email, self.rng.choice(notes).format(**known)))

    def _close(self, thread: Thread, at: datetime, member: Member | None, reason: str) -> None:
        by = member or self._of_team("hub" if reason == "spam" else thread.team, thread.language)
        self._act(thread, Closed(*self._where(thread, at), by.email, reason))

    def _send(
        self, thread: Thread, at: datetime, member: Member, mode: str = "answer", promised: datetime | None = None
    ) -> bool:
        """Answer the last message. Returns whether that could be done: not after the end, not into a gap."""
        if at > self.until:
            return False
        if self._deaf(thread.channel, at):
            self._close(thread, worked(at, 300, thread.team), member, "no answer needed")
            return False
        at, parent = at.replace(microsecond=0), thread.last
        if promised is not None:
            weekdays = library(thread.language).words["weekdays"].split()
            thread.facts["due"] = weekdays[promised.astimezone(ZONE).weekday()]
        text = self._words_of(thread, member, mode)
        own = BY_SLUG[thread.channel].own
        message = self.desk.message(
            thread.channel, own, text, at, thread.language, root=thread.root, parent=parent, addressed=False
        )
        self.heard.append(Heard(thread.channel, BY_SLUG[thread.channel].sources[0], at, True, message))
        thread.last = message.external_id
        where = self._where(thread, at)
        self._act(thread, Answered(*where, member.email, message.external_id, parent, text, promised))
        return True

    def _words_of(self, thread: Thread, member: Member, mode: str) -> str:
        thread.facts["member"] = member.name.split()[0]
        manner = cast.MEMBERS.index(member)
        reply = Reply(thread.asked, mode)
        return self.writer.answer(manner, thread.topic, thread.channel, thread.language, thread.facts, reply)

    def _member(self, thread: Thread) -> Member:
        return self._of_team(thread.team, thread.language)

    def _of_team(self, team: str, language: str) -> Member:
        """Somebody of the team who speaks the language; else of passenger service or the hub."""
        for teams in ((team,), ("service", "hub")):
            able = [m for m in cast.MEMBERS if language in m.languages and set(teams) & set(m.teams)]
            if able:
                return self.rng.choice(able)
        raise LookupError(f"nobody speaks {language}")

    def _campaign(self, day: date, noon: datetime) -> None:
        """Many accounts, the same words; one day's wording differs a little from the next one's, as do the endings."""
        if not self.plan.during("campaign", noon):
            return
        line = notices.CAMPAIGN[math.floor(self.plan.since("campaign", noon)) % len(notices.CAMPAIGN)]
        for _ in range(poisson(self.rng, CAMPAIGN * self.scale)):
            person, author = self.people.somebody("en", "bluesky")
            at = moment(self.rng, day, "bluesky")
            thread = Thread("bluesky", "chatter", "en", person, author, {}, "campaign")
            text = f"{line} {self.rng.choice(notices.ENDINGS)}{self.rng.choice(notices.TAILS)}"
            meaning = Meaning("en", "negative", "complaint", "hub", "campaign", "campaign")
            heard_at = self._hear(thread, author, text, at, meaning, -1.0, addressed=True)
            if heard_at is not None:
                self._close(thread, worked(heard_at, self.rng.uniform(5, 420), "hub"), None, "no answer needed")
                self._settle(thread)
                self.acts.extend(act for act in thread.acts if act.at <= self.until)

    # -- what we publish, what the papers write ------------------------------------------------------------------------

    def _notices(self, day: date, noon: datetime) -> None:
        storm = self.plan.since("storm", noon)
        if self.rng.random() < 0.07:
            self._notice(self.rng.choice(notices.ORDINARY), noon, "view", 0.5)
        if -1 <= storm < 2:
            for n in range(2):
                at = math.floor(storm) * 2 + 2 + n
                if at < len(notices.STORM):
                    hour = noon + timedelta(hours=n * 5)
                    self._notice(notices.STORM[at], hour, "cancelled" if storm > 0 else "stormwait", 7.0)
        if 0 <= self.plan.since("price", noon) < 1:
            self._notice(notices.PRICE[0], noon, "pricey", 14.0)

    def _notice(self, line: str, at: datetime, topic: str, replies: float) -> None:
        if not self.until - YEAR <= at <= self.until:
            return
        own = BY_SLUG["bluesky"].own
        someone, _ = self.people.somebody("en", "bluesky")
        text = line.format(**self._facts(someone, at, "cancelled"))
        notice = self.desk.message("bluesky", own, text, at, "en", addressed=False)
        self.heard.append(Heard("bluesky", "notifications", at, True, notice))
        if poisson(self.rng, replies * self.scale * 5) > 0:
            later = at + timedelta(hours=self.rng.expovariate(1 / 2), minutes=2)
            self._begin(topic, "bluesky", later.replace(microsecond=0), notice=notice)

    def _news_of_events(self, day: date, noon: datetime) -> None:
        for event, topic, days in (("storm", "news_storm", 4), ("price", "news_price", 9)):
            if 0 <= self.plan.since(event, noon) < days and self.rng.random() < 0.8:
                self._article(topic, moment(self.rng, day, "news"))

    def _article(self, topic: str, at: datetime) -> None:
        if not self.until - YEAR <= at <= self.until:
            return
        language = self.rng.choices(LANGUAGES, LANGUAGE_SHARES["news"])[0]
        author = paper(self.rng, language)
        reader = Person(language, "Robin", "Reader", "Leeds", "Otto", self.rng.randint(7, 11), "plain")
        reader = self.people.somebody(language, "bluesky")[0] if self.people.everybody.get(language) else reader
        facts = self._facts(reader, at, topic)
        text = self.writer.article(language, topic, facts)
        tone = "neutral" if topic == "news" else "negative"
        meaning = Meaning(language, tone, "other", "hub", topic, self._event(topic, at))
        thread = Thread("news", "chatter", language, reader, author, facts, meaning.event)
        heard_at = self._hear(thread, author, text, at, meaning, 0.0, addressed=False)
        if heard_at is not None:
            self._close(thread, worked(heard_at, self.rng.uniform(5, 400), "hub"), None, "no answer needed")
            self.acts.extend(act for act in thread.acts if act.at <= self.until)

    # -- the truth ---------------------------------------------------------------------------------------------------

    def weeks(self) -> tuple[TrueWeek, ...]:
        by_week: dict[date, list[Said]] = {}
        for said in self.said:
            day = said.at.astimezone(UTC).date()
            by_week.setdefault(day - timedelta(days=day.weekday()), []).append(said)
        return tuple(
            TrueWeek(
                start=datetime.combine(monday, time(), UTC),
                count=len(week),
                mean=sum(SIGN[said.tone] for said in week) / len(week),
                expected=sum(said.drift for said in week) / len(week),
            )
            for monday, week in sorted(by_week.items())
        )


def simulate(seed: int, scale: float, until: datetime, *, planted: bool = True) -> tuple[World, Truth]:
    """Tell the year of Merrow Line that ends at `until`: what the product may load, and the truth about it.

    A pure function: the same arguments give the same year, whatever the machine. `scale` multiplies how much is said;
    1.0 is about 20,000 messages by others. Takes half a second or so per 2,000. Without `planted` nothing happens but
    the ordinary: no event, only what breaks for some hours now and then.

    Raises SettingError when `scale` is not above 0 or `until` has no time zone.

    >>> from datetime import UTC, datetime
    >>> world, truth = simulate(1, 0.01, datetime(2026, 6, 1, 12, tzinfo=UTC))
    >>> world.organisation.name, len(truth.events)
    ('Merrow Line', 9)
    """
    if not scale > 0:
        raise SettingError(f"scale has to be above 0, not {scale}")
    if until.tzinfo is None:
        raise SettingError("until needs a time zone")
    until = until.astimezone(UTC).replace(microsecond=0)
    rng = Random(seed)
    story = Storyteller(rng, until, scale, plan(rng, until, planted=planted), Population(rng), Writer(rng), Desk(rng))
    story.tell()
    return _world(story), _truth(story)


def _world(story: Storyteller) -> World:
    return World(
        organisation=cast.ORGANISATION,
        teams=cast.TEAMS,
        members=cast.MEMBERS,
        channels=cast.CHANNELS,
        briefs=cast.BRIEFS,
        rules=cast.RULES,
        messages=tuple(sorted(story.heard, key=lambda heard: (heard.heard_at, heard.message.published_at))),
        acts=tuple(sorted(story.acts, key=lambda act: act.at)),
        outages=story.plan.outages,
        until=story.until,
        reader=reader.start if (reader := story.plan.events.get("reader")) else None,
    )


def _truth(story: Storyteller) -> Truth:
    return Truth(
        meanings=story.meanings,
        missed=tuple(sorted(story.missed, key=lambda heard: heard.message.published_at)),
        weeks=story.weeks(),
        events=tuple(story.plan.events.values()),
        persons=story.people.persons(),
    )
