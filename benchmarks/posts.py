"""Posts as a stream brings them, and briefs as people write them. All of it is made up, and the same for each seed.

A post speaks one of eight languages. In those of the sample organisation half of its sentences are the sample's own
and half are drawn word by word, the frequent ones often; a long tail of words that hardly anybody uses comes from
syllables. Portuguese, Korean and Japanese have a small vocabulary of their own, made the same way. About one post in
fifty names one of ten thousand brands, the popular ones far more often than the others (Zipf).

A brief listens for one brand: by names, hashtags, handles and hosts, with words that have to stand beside it and words
that must not. One in ten is about a topic instead, and made of words that everybody uses.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random

from rapport.sample.grammar import expand
from rapport.sample.writing import library

NAMED = 0.015
BRANDS = 10_000
LONGEST = 300
SPOKEN = {"en": 0.46, "ja": 0.20, "pt": 0.10, "de": 0.08, "es": 0.06, "fr": 0.05, "ko": 0.03, "da": 0.02}
IN_THE_SAMPLE = ("en", "de", "es", "fr", "da")

_ONSETS = "b br c ch d dr f fl g gr h j k kl l m n p pr qu r s sk st t tr v w z".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = ["", "", "", "n", "r", "l", "s", "x", "nd", "rt", "sk"]
_PORTUGUESE = (
    "que não de o a e um para com uma os no se na por mais as dos como mas ao ele das seu sua ou quando muito nos já "
    "eu também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas me esse eles você essa num nem suas "
    "meu às minha têm numa pelos elas qual nós lhe deles essas esses pelas este dele tu te vocês hoje gente amanhã "
    "ontem agora aqui bom dia noite jogo vida tempo casa gosto amor música série coisa então porque ainda sempre nunca"
).split()
_KOREAN = (
    "오늘 진짜 너무 그냥 이거 근데 나도 사람 생각 시간 영화 노래 사진 친구 내일 어제 지금 정말 조금 많이 같은 하는 "
    "있는 없는 좋아 싶다 했다 한다 이런 저런 그런 우리 저는 나는 이제 다시 계속 먹고 보고 하고 가고 오고 "
    "해서 라서 인데 지만 이네 이쁘다"
).split()
_KANJI = "日本人大年中会社時行事今月分後前生上間出東北方高新学金地子外国語手家田山水車気店映画音楽電駅道名夜朝雨空海花"
_KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん"
_KATAKANA = "アイウエオカキクケコサシスセソタチツテトナニノハヒフヘホマミムメモヤラリルレロワンー"
_ENDINGS = "です でした ます ました だよね かな と思う している だった してほしい".split()
_MARKS = ("! ", ". ", ". ", ". ", "? ", "… ", " 😂 ", " 🙏 ", "\n\n", ", ")


# -- words -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words with how often each is said (Zipf), and whole sentences where there are any."""

    words: tuple[str, ...]
    weights: tuple[float, ...]
    sentences: tuple[str, ...] = ()

    def some(self, rng: Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self.weights, k=count)


@cache
def vocabulary(language: str) -> Vocabulary:
    rng = Random(f"words of {language}")
    sentences = _sentences(language, rng) if language in IN_THE_SAMPLE else ()
    counted = Counter(word for sentence in sentences for word in re.findall(r"[^\W\d_]+", sentence))
    common = [word for word, _ in counted.most_common()] or {"pt": _PORTUGUESE, "ko": _KOREAN}.get(language, [])
    tail = [_korean(rng) if language == "ko" else invented(rng) for _ in range(20_000)]
    words = tuple(dict.fromkeys([*common, *tail]))
    return Vocabulary(words, tuple(accumulate(1 / (rank + 3) for rank in range(len(words)))), sentences)


def _sentences(language: str, rng: Random) -> tuple[str, ...]:
    known = library(language)
    lines = [line for lines in (*known.hearts.values(), *known.details.values()) for line in lines]
    return tuple(expand(line, rng, lambda _: invented(rng).title()) for line in lines)


def invented(rng: Random, syllables: Sequence[int] = (1, 2, 2, 3, 3, 4)) -> str:
    count = rng.choice(syllables)
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(count))


def _korean(rng: Random) -> str:
    return "".join(chr(rng.randrange(0xAC00, 0xD7A0)) for _ in range(rng.randint(1, 3)))


# -- brands ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brand:
    """`name` may be two words, or in another script; `joined` is what its hashtag, handle and host are made of."""

    name: str
    joined: str
    products: tuple[str, ...]


@cache
def brands() -> tuple[Brand, ...]:
    """The first are the popular ones."""
    rng = Random("brands")
    made: dict[str, Brand] = {}
    while len(made) < BRANDS:
        brand = _brand(rng)
        made.setdefault(brand.joined, brand)
    return tuple(made.values())


def _brand(rng: Random) -> Brand:
    products = tuple(f"{invented(rng, (2, 3))}{rng.choice(('', '', ' pro', ' 2'))}" for _ in range(3))
    shape = rng.random()
    if shape < 0.06:
        name = "".join(rng.choices(_KATAKANA[:-1], k=rng.randint(3, 5)))
        return Brand(name, invented(rng, (2, 3)), products)
    if shape < 0.30:
        first = rng.choice(vocabulary("en").words[40:600]).lower()
        second = invented(rng, (2,)) if shape < 0.18 else rng.choice(vocabulary("en").words[200:2000]).lower()
        return Brand(f"{first} {second}", first + second, products)
    name = invented(rng, (2, 2, 3))
    return Brand(name, name, products)


@cache
def _popularity() -> tuple[float, ...]:
    return tuple(accumulate(1 / (rank + 1) for rank in range(BRANDS)))


def _mention(rng: Random) -> str:
    brand = rng.choices(brands(), cum_weights=_popularity())[0]
    return rng.choice(
        (
            brand.name.title(),
            brand.name,
            brand.name,
            brand.name.upper(),
            f"#{brand.joined}",
            f"@{brand.joined}.bsky.social",
            f"{brand.name} {rng.choice(brand.products)}",
            f"https://www.{brand.joined}.com/{rng.randrange(1_000)}",
        )
    )


# -- posts -------------------------------------------------------------------------------------------------------------


def text(rng: Random) -> tuple[str, str]:
    """A language, and what somebody says in it: ten to three hundred characters, a hundred and twenty on average."""
    language = rng.choices(tuple(SPOKEN), weights=tuple(SPOKEN.values()))[0]
    pieces = [_piece(language, rng) for _ in range(rng.choice((1, 1, 2, 2, 3)))]
    if rng.random() < NAMED:
        pieces.insert(rng.randrange(len(pieces) + 1), _mention(rng) + " ")
    if rng.random() < 0.12:
        pieces.append(f"#{invented(rng)} #{rng.choice(vocabulary('en').words[:3000])}")
    if rng.random() < 0.10:
        pieces.append(
            f"https://{invented(rng)}.{rng.choice(('com', 'org', 'net'))}/{invented(rng)}/{rng.randrange(9999)}"
        )
    return language, "".join(pieces).strip()[:LONGEST]


def _piece(language: str, rng: Random) -> str:
    if language == "ja":
        return _japanese(rng)
    known = vocabulary(language)
    if known.sentences and rng.random() < 0.5:
        return rng.choice(known.sentences) + " "
    return " ".join(known.some(rng, rng.randint(3, 16))).capitalize() + rng.choice(_MARKS)


def _japanese(rng: Random) -> str:
    words = []
    for _ in range(rng.randint(1, 6)):
        alphabet = rng.choice((_KANJI, _KANJI, _KANA, _KATAKANA))
        words.append("".join(rng.choices(alphabet, k=rng.randint(2, 4))) + rng.choice("はがをにでともの"))
    return "".join(words) + rng.choice(_ENDINGS) + rng.choice("。。！？…、💦")


def events(seed: int = 1) -> Iterator[bytes]:
    """Posts as Jetstream tells them, 868 bytes on average; some are taken back, and some accounts change."""
    rng = Random(seed)
    for number in range(10**9):
        yield json.dumps(_event(rng, number), separators=(",", ":"), ensure_ascii=False).encode()


def _event(rng: Random, number: int) -> dict[str, object]:
    did, at = _did(rng), 1_783_175_888_085_434 + 500 * number
    event: dict[str, object] = {"did": did, "time_us": at}
    kind = rng.random()
    if kind < 0.01:
        return event | {"kind": "account", "account": {"active": True, "did": did, "seq": number, "time": "2026-07-04"}}
    commit: dict[str, object] = {"rev": _key(rng), "operation": "delete", "collection": _POST, "rkey": _key(rng)}
    if kind > 0.06:
        commit |= {"operation": "create", "record": _record(rng), "cid": _cid(rng)}
    return event | {"kind": "commit", "commit": commit}


_POST = "app.bsky.feed.post"
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def _record(rng: Random) -> dict[str, object]:
    language, said = text(rng)
    record: dict[str, object] = {"$type": _POST, "createdAt": "2026-07-04T14:38:06.240Z"}
    if rng.random() < 0.30:
        record["embed"] = {
            "$type": "app.bsky.embed.images",
            "images": [_image(rng) for _ in range(rng.choice((1, 1, 2)))],
        }
    facets = [_facet(said, mark) for mark in re.finditer(r"(?<!\w)#(\w+)|https?://\S+", said)]
    if facets:
        record["facets"] = facets
    record["langs"] = [language]
    if rng.random() < 0.55:
        parent, root = ({"cid": _cid(rng), "uri": f"at://{_did(rng)}/{_POST}/{_key(rng)}"} for _ in range(2))
        record["reply"] = {"parent": parent, "root": root}
    return record | {"text": said}


def _facet(said: str, mark: re.Match[str]) -> dict[str, object]:
    start, end = (len(said[:place].encode()) for place in mark.span())
    feature = {"tag": mark[1]} if mark[1] else {"uri": mark[0]}
    kind = f"app.bsky.richtext.facet#{next(iter(feature)).replace('uri', 'link')}"
    return {"features": [{"$type": kind, **feature}], "index": {"byteEnd": end, "byteStart": start}}


def _image(rng: Random) -> dict[str, object]:
    blob = {"$type": "blob", "ref": {"$link": _cid(rng)}, "mimeType": "image/jpeg", "size": rng.randrange(10**6)}
    return {"alt": "", "aspectRatio": {"height": 3011, "width": 4000}, "image": blob}


def _did(rng: Random) -> str:
    return "did:plc:" + "".join(rng.choices(_LETTERS, k=24))


def _cid(rng: Random) -> str:
    return "bafyrei" + "".join(rng.choices(_LETTERS, k=52))


def _key(rng: Random) -> str:
    return "3m" + "".join(rng.choices(_LETTERS, k=11))


# -- briefs ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """A brief in parts: of each group one term has to be there, and of the unwanted none.

    A term is a word, a phrase, the beginning of a word with a star, a hashtag, a handle or a host.
    """

    groups: tuple[tuple[str, ...], ...]
    unwanted: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        wanted = [" OR ".join(map(_quoted, group)) for group in self.groups]
        if len(wanted) > 1 or self.unwanted:
            wanted = [f"({group})" for group in wanted]
        return " ".join([*wanted, *(f"-{_quoted(term)}" for term in self.unwanted)])


def _quoted(term: str) -> str:
    return term if re.fullmatch(r"[#@]?[\w.]+\*?", term) else f'"{term}"'


def briefs(count: int) -> list[Terms]:
    """One for each of the first brands, in six shapes by turns; one in ten is about a topic."""
    rng = Random("briefs")
    return [_SHAPES[number % len(_SHAPES)](brand, rng) for number, brand in enumerate(brands()[:count])]


def _by_name(brand: Brand, rng: Random) -> Terms:
    return Terms(((brand.name, f"{brand.name} app", f"#{brand.joined}", f"@{brand.joined}", f"{brand.joined}.com"),))


def _without_noise(brand: Brand, rng: Random) -> Terms:
    return Terms(((brand.name, f"#{brand.joined}*"),), ("giveaway", "lyrics", "promo code", "hiring"))


def _in_context(brand: Brand, rng: Random) -> Terms:
    context = [word.lower() for word in vocabulary("en").some(rng, 6) if len(word) > 3]
    return Terms(((brand.name, *brand.products), (*context, "delay*", "refund", "broken", "customer service", "love")))


def _by_products(brand: Brand, rng: Random) -> Terms:
    return Terms(((brand.name, *brand.products, f"{brand.products[0].split()[0]}*"),), ("fan fiction",))


def _by_marks(brand: Brand, rng: Random) -> Terms:
    return Terms(((f"#{brand.joined}", f"#{brand.joined}fans", f"@{brand.joined}", f"{brand.joined}.com"),))


def _on_a_topic(brand: Brand, rng: Random) -> Terms:
    words = rng.sample([word.lower() for word in vocabulary("en").words[500:4000] if len(word) > 4], 5)
    return Terms(((f"{words[0]} {words[1]}", words[2]), (*words[3:], "strike*", "cancelled", "prices")))


_SHAPES = (
    _by_name,
    _without_noise,
    _in_context,
    _by_products,
    _by_marks,
    _by_name,
    _without_noise,
    _by_products,
    _by_marks,
    _on_a_topic,
)
