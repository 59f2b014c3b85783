"""Makes a deep reader of tone: python training/deep.py FOLDER [--learn]

The encoder is one that a package ships (`encoders.py`), and stays as it is; the head is a multinomial logistic
regression on the means of three of its layers. It lies in `deep_head.npz`, a few kilobytes, so that the folder is made
in seconds; --learn makes it anew, from the texts that the quick reader is taught with, fewer of the English ones. With
PyTorch and a day one would teach the encoder itself, and do better. Choices were made on `development_items`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression

from rapport.core.understand import deep
from training.bert import Head, graph
from training.data import TONES, Labelled
from training.encoders import Encoder, e5

HEAD = Path(__file__).parent / "deep_head.npz"
NAME = "e5-small-tones"
LAYERS = (6, 9, 11)
STRICTNESS = 3e-4
"""C of the regression, on features of variance 1."""
ENGLISH = 12_000
"""So many of the English texts, by chance: more change little, and take minutes."""
SEED = 7

Floats = NDArray[np.float32]


def write(folder: Path, encoder: Encoder, head: Head | None) -> Path:
    """A folder as a hub lays it out. Without a head, each feature that a head is learned from is a class of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    classes = len(TONES) if head else len(LAYERS) * width(encoder)
    config = {
        "model_type": "bert",
        "id2label": {number: TONES[number % len(TONES)] for number in range(classes)},
        "max_position_embeddings": len(encoder.weights["embeddings.position_embeddings.weight"]),
        "pad_token_id": encoder.fill,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    card = {"name": NAME, "stands": deep.TWITTER, "license": "MIT (the encoder, multilingual-e5-small)"}
    (folder / deep.CARD).write_text(json.dumps(card, indent=2) + "\n", "utf-8")
    encoder.tokenizer.save(str(folder / "tokenizer.json"))
    onnx.save(graph(encoder.weights, encoder.form, head), folder / "model.onnx")
    return folder


def made(folder: Path) -> deep.Deep:
    """The reader with the head that lies beside this file, written to the folder and read from there."""
    with np.load(HEAD, allow_pickle=False) as file:
        head = Head(file["weights"], file["bias"])
    return deep.load(write(folder, e5(LAYERS), head))


def features(texts: Sequence[str]) -> Floats:
    """What the layers say in the mean, by the very code that reads; shape (texts, layers * width). Minutes."""
    encoder = e5(LAYERS)
    found = np.zeros((len(texts), len(LAYERS) * width(encoder)), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        reader = deep.load(write(Path(folder) / NAME, encoder, None))
        tokens = reader.tokens(texts)
        for number, batch in enumerate(deep.batches(tokens, deep.TOKENS)):
            found[batch] = reader.scores([tokens[place] for place in batch])
            if number % 50 == 0:
                sys.stderr.write(f"\r{len(tokens[batch[0]])} tokens a text")
    return found


def width(encoder: Encoder) -> int:
    return int(encoder.weights["embeddings.word_embeddings.weight"].shape[1])


def learn(vectors: Floats, items: Sequence[Labelled]) -> Head:
    """A head for the three tones, each alike in each language."""
    from training.tone import balanced

    middle, spread = vectors.mean(axis=0), vectors.std(axis=0) + 1e-6
    head = LogisticRegression(C=STRICTNESS, max_iter=200)
    head.fit((vectors - middle) / spread, [item.tone for item in items], sample_weight=balanced(items))
    weights = head.coef_.T / spread[:, None]
    return Head(weights.astype(np.float32), (head.intercept_ - middle @ weights).astype(np.float32))


def temperature(scores: Floats, items: Sequence[Labelled]) -> float:
    """What the scores are multiplied with so that they are as sure as they are right (Guo et al. 2017)."""
    from training.tone import balanced

    truth, weights = [item.tone for item in items], balanced(items)

    def loss(factor: float) -> float:
        scaled = factor * scores.astype(np.float64)
        chance = scaled[np.arange(len(items)), truth] - np.log(np.exp(scaled).sum(axis=1))
        return float(-np.sum(weights * chance))

    return round(float(minimize_scalar(loss, bounds=(0.3, 3), method="bounded").x), 2)


def chosen(items: Sequence[Labelled]) -> list[Labelled]:
    """ENGLISH of the English ones, and all others."""
    english = [item for item in items if item.language == "en"]
    some = np.random.default_rng(SEED).permutation(len(english))[:ENGLISH]
    return [*(english[place] for place in sorted(some)), *(item for item in items if item.language != "en")]


def teach() -> None:
    from rapport.core.understand.evaluation import judge
    from training.tone import development_items, lesson

    trial, whole = chosen(lesson(development=True).items), chosen(lesson(development=False).items)
    judged = development_items()
    texts = sorted({item.text for part in (trial, whole, judged) for item in part})
    place = {text: number for number, text in enumerate(texts)}
    vectors = features(texts)
    of = {name: vectors[[place[item.text] for item in part]] for name, part in (("trial", trial), ("judged", judged))}
    head = learn(of["trial"], trial)
    scores = of["judged"] @ head.weights + head.bias
    factor = temperature(scores, judged)
    for language in sorted({item.language for item in judged}):
        rows = [number for number, item in enumerate(judged) if item.language == language]
        found = judge([str(judged[n].tone) for n in rows], [str(scores[n].argmax()) for n in rows])
        sys.stdout.write(f"{language}: average recall {found.average_recall:.3f}, macro-F1 {found.macro_f1:.3f}\n")
    head = learn(vectors[[place[item.text] for item in whole]], whole)
    np.savez_compressed(HEAD, weights=np.float32(factor) * head.weights, bias=np.float32(factor) * head.bias)
    sys.stdout.write(f"{len(whole)} texts, temperature {factor}, {HEAD.stat().st_size} bytes\n")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learn", action="store_true")
    asked = parser.parse_args()
    if asked.learn:
        teach()
    sys.stdout.write(f"{asked.folder}: {made(asked.folder).version()}\n")


if __name__ == "__main__":
    main()
