"""Ana owns, Ben is on the team, Cleo is a stranger (a member of another team)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.utils import translation

from rapport.connectors import contract
from rapport.core.types import Author, Message, Page
from rapport.server.listen import actions as listening
from rapport.server.listen import receiving
from rapport.server.listen.models import Channel
from rapport.server.organise import actions as organising
from rapport.server.organise.models import Role, Team, User
from rapport.server.route import actions as routing
from rapport.server.route.models import Conversation
from rapport.server.work import settle
from tests.server import hiding
from tests.server.harbour import Harbour

PASSWORD = "quiet harbour 41"
RULES = "refund OR late OR ferry -> service\nkind:job OR hiring -> people\n* -> hub"
STRANGER = Author("harbour", "stranger", handle="kim.example", name="Kim")


@pytest.fixture
def harbour(monkeypatch: pytest.MonkeyPatch) -> Harbour:
    """A platform in memory, in place of every connector."""
    platform = Harbour()
    real = contract.load
    monkeypatch.setattr(contract, "load", lambda name: platform if name == "harbour" else real(name))
    return platform


@pytest.fixture
def ana(db: None) -> User:
    founded = organising.found(
        name="Calm Ferries",
        time_zone="Europe/Copenhagen",
        admin_name="Ana Lind",
        email="ana@calm.example",
        password=PASSWORD,
    )
    assert isinstance(founded, User)
    assert routing.save_rules(RULES, reason="to begin with", actor=founded)
    return founded


def member(name: str, role: str, team: str, ana: User) -> User:
    user = organising.add_member(
        email=f"{name.lower()}@calm.example",
        name=name,
        role=role,
        teams=[Team.objects.get(slug=team)],
        password=PASSWORD,
        actor=ana,
    )
    assert isinstance(user, User)
    return user


@pytest.fixture
def ben(ana: User) -> User:
    return member("Ben", Role.MEMBER, "service", ana)


@pytest.fixture
def cleo(ana: User) -> User:
    return member("Cleo", Role.MEMBER, "people", ana)


@pytest.fixture
def channel(ana: User, harbour: Harbour) -> Channel:
    channel = listening.connect("Harbour", "harbour", {"handle": "calm", "password": "right"}, actor=ana)
    assert isinstance(channel, Channel), channel
    channel = listening.set_channel(channel, actor=ana, answers=True)
    assert isinstance(channel, Channel), channel
    return channel


Says = Callable[..., Message]


@pytest.fixture
def says() -> Iterator[Says]:
    """Builds a message of a stranger to us; `after` is minutes after the start of the story, an hour ago."""
    start = datetime.now(UTC) - timedelta(hours=1)
    number = 0

    def build(
        text: str, *, after: float = 0, author: Author = STRANGER, addressed: bool = True, **more: object
    ) -> Message:
        nonlocal number
        number += 1
        external_id = str(more.pop("external_id", f"post-{number}"))
        at = start + timedelta(minutes=after)
        more.setdefault("thread_id", external_id)
        return Message("harbour", external_id, author, text, at, addressed=addressed, **more)  # type: ignore[arg-type]

    return build


@pytest.fixture
def hear(channel: Channel) -> Callable[..., receiving.Heard]:
    def receive(*messages: Message, **page: object) -> receiving.Heard:
        heard = receiving.receive(Page(messages=messages, **page), channel, "mentions")  # type: ignore[arg-type]
        settle("test")
        return heard

    return receive


@pytest.fixture
def talk(hear: Callable[..., receiving.Heard], says: Says) -> Conversation:
    """One conversation, owned by service, waiting for an answer."""
    hear(says("My ferry was late again, where is my refund?"))
    return Conversation.objects.get()


@pytest.fixture(autouse=True)
def nothing_of_another_test(settings: LazySettings) -> None:
    """The tests of one process share a folder and a cache, where rows of another test had the same numbers."""
    (settings.HOME.folder("record") / "heads.log").unlink(missing_ok=True)
    cache.clear()


@pytest.fixture(autouse=True)
def english() -> None:
    """A request in another language, of the test before, leaves that language behind."""
    translation.activate("en")


@pytest.fixture(autouse=True, scope="session")
def nothing_hidden() -> Iterator[None]:
    with hiding.guarded():
        yield


@pytest.fixture(autouse=True)
def quick(settings: LazySettings) -> None:
    """No slow hash for each password, and no walk through all static files, which no page reads, for each client."""
    settings.WHITENOISE_USE_FINDERS = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
