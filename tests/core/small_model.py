"""A transformer of two layers with chance weights, as a folder of the form in which a hub ships large ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from rapport.core.understand.deep import Deep
from training.bert import Form, Head
from training.bert import graph as drawn

WORDS = [
    "good",
    "bad",
    "slow",
    "kind",
    "service",
    "flight",
    "thank",
    "you",
    "my",
    "bag",
    "is",
    "lost",
    "the",
    "crew",
    "was",
    "great",
    "no",
    "answer",
]
WIDTH, PLACES = 8, 64
TONES = ("negative", "neutral", "positive")


def write(
    folder: Path,
    *,
    labels: Sequence[str] = TONES,
    config: Mapping[str, Any] | None = None,
    card: Mapping[str, Any] | None = None,
    asks: Sequence[str] = (),
    seed: int = 1,
) -> Path:
    """The same folder for the same seed. `labels` other than three get a head of their own; `asks`: further inputs."""
    folder.mkdir(parents=True)
    said = {"id2label": dict(enumerate(labels)), "max_position_embeddings": PLACES, "pad_token_id": 0}
    (folder / "config.json").write_text(json.dumps(said | dict(config or {})))
    if card is not None:
        (folder / "rapport.json").write_text(json.dumps(card))
    tokenizer().save(str(folder / "tokenizer.json"))
    onnx.save(graph(classes=len(labels), asks=asks, seed=seed), folder / "model.onnx")
    return folder


def tokenizer() -> Tokenizer:
    made = Tokenizer(
        models.WordLevel({word: n for n, word in enumerate(["[PAD]", "[UNK]", "<s>", "</s>", *WORDS])}, "[UNK]")
    )
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing("<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)])
    return made


def graph(*, classes: int = 3, asks: Sequence[str] = (), headless: bool = False, seed: int = 1) -> onnx.ModelProto:
    chance = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS) + 4, WIDTH),
        "embeddings.position_embeddings.weight": (PLACES, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        "embeddings.LayerNorm": (),
    }
    for n in range(2):
        layer = f"encoder.layer.{n}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes[layer + part] = (WIDTH, WIDTH)
        shapes |= {layer + "intermediate.dense": (4 * WIDTH, WIDTH), layer + "output.dense": (WIDTH, 4 * WIDTH)}
        shapes |= {layer + "attention.output.LayerNorm": (), layer + "output.LayerNorm": ()}
    weights = {}
    for name, shape in shapes.items():
        if name.endswith(".weight"):
            weights[name] = chance.normal(size=shape).astype(np.float32)
        elif not shape:
            weights[name + ".weight"], weights[name + ".bias"] = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
        else:
            weights[name + ".weight"] = chance.normal(size=shape).astype(np.float32)
            weights[name + ".bias"] = chance.normal(size=shape[0]).astype(np.float32)
    form = Form(layers=2, heads=2, pooled=(1, 2))
    head = Head(chance.normal(size=(2 * WIDTH, classes)).astype(np.float32) / 4, np.zeros(classes, np.float32))
    model = drawn(weights, form, None if headless else head)
    shape = ["texts", "length"]
    model.graph.input.extend(helper.make_tensor_value_info(one, TensorProto.INT64, shape) for one in asks)
    return model


def labelled(reader: Deep, texts: Sequence[str]) -> np.ndarray:
    """What the model says of each of its own classes; shape (texts, classes)."""
    rows = [reader.scores([tokens])[0] for tokens in reader.tokens(texts)]
    odds = np.exp(np.array(rows, dtype=np.float64))
    return odds / odds.sum(axis=1, keepdims=True)
