"""A slow reader of tone: a transformer in ONNX Runtime, for those who want it. Nothing is imported unless asked for.

    reader = deep.load(folder)
    read(texts, tones=reader)

`folder` is a model for text classification as the hub lays it out: `config.json`, `tokenizer.json`, and `model.onnx`,
beside them or in `onnx/`. `rapport readers fetch` brings one from a hub, `training/deep.py` makes one out of an encoder
that a package ships, `optimum-cli export onnx` turns one of PyTorch's into this form. `rapport.json`, where there is
one, says what the model is called and how its texts have to be prepared.

Needs the extra `deep` (onnxruntime, tokenizers).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rapport.core.errors import ReaderError
from rapport.core.types import Tone

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPHS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
"""Where a graph may lie, the first that is there counts."""
CARD = "rapport.json"
LONGEST = 256
"""Tokens of a text that are read; more would cost time by their square and say little about the tone of a post."""
CHARACTERS = 16 * LONGEST
"""What is looked at for them: a token is seldom longer than sixteen characters."""
TOKENS = 4 * LONGEST
"""Tokens of a batch, what only fills up included: memory is bounded by them."""
NAME_LONGEST = 24
TONES = ("negative", "neutral", "positive")
LABELS = {
    "negative": "negative",
    "neg": "negative",
    "very negative": "negative",
    "1 star": "negative",
    "2 stars": "negative",
    "neutral": "neutral",
    "neu": "neutral",
    "mixed": "neutral",
    "3 stars": "neutral",
    "positive": "positive",
    "pos": "positive",
    "very positive": "positive",
    "4 stars": "positive",
    "5 stars": "positive",
}
"""What models call the tones, in lower case; several labels of one tone are added up."""
OFFSET = ("roberta", "xlm-roberta", "camembert")
"""Types of models that count places from behind the number of the token that fills up."""
TWITTER = {"handles": "@user", "links": "http"}
"""What stands for handles and links in the texts that the models of cardiffnlp were trained on."""
NOTHING = Tone(0.25, 0.5, 0.25)
"""Said of a text in which there is nothing to read: neutral, but not surely so."""
PROBES = ("ok", "this took a while, and then they were kind about it all the same")
TOGETHER = 1e-4
"""Two scores that differ by less are the same: sums come out a little different in another order."""

Floats = NDArray[np.floating[Any]]
Numbers = NDArray[np.int64]

_HANDLE = re.compile(r"(?<!\S)@\S+")
_LINK = re.compile(r"(?<!\S)http\S*")


@dataclass(frozen=True, eq=False)
class Deep:
    """A model that was loaded; see `load`.

    session   the graph                      tokenizer   texts to tokens
    tones     for each class of the model, its place in TONES
    longest   tokens that are read           fill        the token that fills up
    stands    what stands for handles and links; empty where they are left as they are
    alone     the graph says other things of a text in company: each is read alone
    """

    name: str
    digest: str
    session: InferenceSession
    tokenizer: Tokenizer
    tones: tuple[int, ...]
    longest: int
    fill: int
    stands: Mapping[str, str]
    alone: bool = False

    def version(self) -> str:
        """Names the model and the content of its files, so that a reading can be traced to what made it."""
        return f"deep-{self.name}-{self.digest}"

    def tones_of(self, texts: Sequence[str], /) -> list[Tone]:
        """The tone of each text, from its first LONGEST tokens; NOTHING for one that has none."""
        tokens = self.tokens(texts)
        found = [NOTHING] * len(texts)
        for batch in batches(tokens, 1 if self.alone else TOKENS):
            odds = _softmax(self.scores([tokens[place] for place in batch]))
            shares = np.zeros((len(batch), len(TONES)))
            np.add.at(shares.T, list(self.tones), odds.T)
            for place, row in zip(batch, shares.tolist()):
                found[place] = Tone(*row)
        return found

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Empty for a text without a token of its own. Halves of characters that came apart are question marks."""
        plain = [self.prepared(text).encode("utf-8", "replace").decode() for text in texts]
        return [
            [] if all(found.special_tokens_mask) else found.ids
            for found in self.tokenizer.encode_batch([text.strip() for text in plain])
        ]

    def prepared(self, text: str) -> str:
        """The text as the model wants it."""
        text = text[:CHARACTERS]
        if handle := self.stands.get("handles"):
            text = _HANDLE.sub(handle, text)
        if link := self.stands.get("links"):
            text = _LINK.sub(link, text)
        return text

    def scores(self, tokens: Sequence[Sequence[int]]) -> Floats:
        """What the graph says; shape (texts, classes)."""
        ids = np.full((len(tokens), max(map(len, tokens))), self.fill, np.int64)
        there = np.zeros_like(ids)
        for row, one in enumerate(tokens):
            ids[row, : len(one)] = one
            there[row, : len(one)] = 1
        known = {"input_ids": ids, "attention_mask": there, "token_type_ids": np.zeros_like(ids)}
        wanted = {one.name: known[one.name].astype(_KINDS[one.type]) for one in self.session.get_inputs()}
        return np.asarray(self.session.run(None, wanted)[0])


_KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


def load(folder: Path, *, threads: int = 1) -> Deep:
    """The model of a folder.

    threads   cores that one batch may use

    Raises ReaderError, which says what to do: where a package is not installed, a file is missing or not what its name
    says, the labels are not those of tones, or the graph has no head that tells classes apart.
    """
    try:
        from onnxruntime import InferenceSession  # noqa: F401
        from tokenizers import Tokenizer  # noqa: F401
    except ImportError as error:
        raise ReaderError(f"The deep reader needs {error.name}: pip install 'rapport[deep]'.") from None
    config, card = _json(folder / "config.json"), _json(folder / CARD) if (folder / CARD).exists() else {}
    graph = graph_of(folder)
    tones = _tones(config.get("id2label"), folder)
    stands = card.get("stands", TWITTER if str(config.get("_name_or_path")).startswith("cardiffnlp/") else {})
    fill = int(config.get("pad_token_id") or 0)
    longest = min(LONGEST, _places(config, fill))
    reader = Deep(
        name=_slug(str(card.get("name") or folder.resolve().name)),
        digest=_digest(folder, graph, stands),
        session=_session(graph, threads),
        tokenizer=_tokenizer(folder / "tokenizer.json", longest),
        tones=tones,
        longest=longest,
        fill=fill,
        stands=stands,
    )
    return Deep(**{**vars(reader), "alone": not _same_in_company(reader)})


def graph_of(folder: Path) -> Path:
    """The graph that lies in a folder. Raises ReaderError where none does."""
    for name in GRAPHS:
        if (folder / name).is_file():
            return folder / name
    raise ReaderError(
        f"{folder} has none of {', '.join(GRAPHS)}. A model of PyTorch is turned into one by "
        "`optimum-cli export onnx --model NAME --task text-classification FOLDER`."
    )


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ReaderError(f"{file.parent} is no folder of a model: it has no {file.name}.") from None
    except (OSError, ValueError) as error:
        raise ReaderError(f"{file} cannot be read: {error}.") from None
    if not isinstance(found, dict):
        raise ReaderError(f"{file} is not a JSON object.")
    return found


def _tones(labels: object, folder: Path) -> tuple[int, ...]:
    """For each class its place in TONES."""
    if not isinstance(labels, dict) or not labels or sorted(labels) != sorted(map(str, range(len(labels)))):
        raise ReaderError(f"{folder / 'config.json'} names no classes: it needs an id2label from 0 on.")
    names = [str(labels[str(number)]) for number in range(len(labels))]
    tones = [LABELS.get(name.lower().replace("_", " ")) for name in names]
    if None in tones or set(tones) != set(TONES):
        raise ReaderError(
            f"{folder / 'config.json'} has the classes {', '.join(names)}. A reader of tone needs negative, neutral "
            "and positive: write into id2label which is which."
        )
    return tuple(TONES.index(tone) for tone in tones if tone)


def _places(config: Mapping[str, Any], fill: int) -> int:
    most = int(config.get("max_position_embeddings") or LONGEST)
    return most - fill - 1 if config.get("model_type") in OFFSET else most


def _slug(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.rpartition("/")[2].lower())
    return plain[:NAME_LONGEST].strip("-") or "model"


def _digest(folder: Path, graph: Path, stands: Mapping[str, str]) -> str:
    """Eight digits of everything that has part in a reading."""
    whole = hashlib.sha256(json.dumps(stands, sort_keys=True).encode())
    for file in (folder / "config.json", folder / "tokenizer.json", graph):
        if file.exists():
            with file.open("rb") as handle:
                whole.update(hashlib.file_digest(handle, "sha256").digest())
    return whole.hexdigest()[:8]


def _session(graph: Path, threads: int) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep what the largest batch ever took
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  ONNX Runtime has a dozen of them, and no root of their own
        raise ReaderError(f"{graph} cannot be loaded: {error}") from None
    strange = [one.name for one in session.get_inputs() if one.name not in _INPUTS or one.type not in _KINDS]
    if strange:
        raise ReaderError(f"{graph} asks for {', '.join(strange)}; known are {', '.join(_INPUTS)}, as whole numbers.")
    return session


_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def _tokenizer(file: Path, longest: int) -> Tokenizer:
    from tokenizers import Tokenizer

    if not file.is_file():
        raise ReaderError(f"{file.parent} has no {file.name}. `AutoTokenizer.from_pretrained(NAME)` writes one.")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001  the library raises nothing narrower
        raise ReaderError(f"{file} cannot be read: {error}.") from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return tokenizer


def _same_in_company(reader: Deep) -> bool:
    """Whether a text has the same scores in company: not in graphs that scale numbers to those of the whole batch, as
    quantised ones often do. Raises ReaderError where the graph does not tell the classes apart at all."""
    tokens = reader.tokens(PROBES)
    together = reader.scores(tokens)
    if together.shape != (len(PROBES), len(reader.tones)):
        raise ReaderError(
            f"The graph of {reader.name} gives numbers of shape {together.shape} for {len(PROBES)} texts and "
            f"{len(reader.tones)} classes: an encoder without a head for classification cannot read tones."
        )
    alone = np.concatenate([reader.scores([one]) for one in tokens])
    return bool(np.abs(together - alone).max() < TOGETHER)


def batches(tokens: Sequence[Sequence[int]], most: int) -> Iterator[list[int]]:
    """Places of texts of about one length, as many as fill `most` tokens, but at least one."""
    batch: list[int] = []
    for place in sorted((n for n, one in enumerate(tokens) if one), key=lambda n: len(tokens[n])):
        if batch and len(tokens[place]) * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _softmax(scores: Floats) -> Floats:
    odds = np.exp(scores.astype(np.float64) - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))
