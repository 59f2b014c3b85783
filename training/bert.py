"""An encoder of BERT's form as an ONNX graph, with a head for tone folded in.

    words, places -> layer -> layer -> ... -> the mean over the text, of some layers -> three scores

The weights bear the names of BERT's own files (`encoder.layer.0.attention.self.query.weight`), matrices as (out, in).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
NEVER = -1e9

Weights = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Form:
    """What the names of the weights do not say. `pooled`: the layers that are read, 0 for the words themselves."""

    layers: int
    heads: int
    pooled: tuple[int, ...]
    epsilon: float = 1e-12


@dataclass(frozen=True, slots=True)
class Head:
    """Scores are features @ weights + bias; shapes (features, classes) and (classes,)."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]


def graph(weights: Weights, form: Form, head: Head | None = None) -> onnx.ModelProto:
    """`input_ids` and `attention_mask`, both (texts, length), to `logits` (texts, classes).

    Without a head to `features` (texts, pooled * width): the mean of each layer that is read. The words are kept as a
    signed byte a number with a scale a word: they are most of the file, and lose a four-hundredth at most.
    """
    drawing = _Drawing(weights, form)
    result = drawing.features()
    if head is not None:
        result = drawing.node(
            "Gemm", [result, drawing.constant("head.weight", head.weights), drawing.constant("head.bias", head.bias)]
        )
    name = "features" if head is None else "logits"
    drawing.nodes.append(helper.make_node("Identity", [result], [name]))
    shape = ["texts", "length"]
    inputs = [helper.make_tensor_value_info(one, TensorProto.INT64, shape) for one in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["texts", None])]
    whole = helper.make_graph(drawing.nodes, "reader", inputs, outputs, list(drawing.tensors.values()))
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(model)
    return model


class _Drawing:
    """Nodes and constants, as they come."""

    def __init__(self, weights: Weights, form: Form) -> None:
        self.weights, self.form = weights, form
        self.width = weights["embeddings.word_embeddings.weight"].shape[1]
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, inputs: Sequence[str], **attributes: object) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: object, kind: type = np.float32) -> str:
        if name not in self.tensors:
            self.tensors[name] = numpy_helper.from_array(np.ascontiguousarray(value, dtype=kind), name)
        return name

    def whole(self, *numbers: int) -> str:
        return self.constant("whole " + " ".join(map(str, numbers)), numbers, np.int64)

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])

    def features(self) -> str:
        mask = self.node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        absent = self.node("Mul", [self.node("Sub", [self.constant("one", 1.0), mask]), self.constant("never", NEVER)])
        unseen = self.node("Unsqueeze", [absent, self.whole(1, 2)])
        states = [self.words()]
        for number in range(self.form.layers):
            states.append(self.layer(f"encoder.layer.{number}.", states[-1], unseen))
        there = self.node("Unsqueeze", [mask, self.whole(2)])
        length = self.node("ReduceSum", [there, self.whole(1)], keepdims=0)
        parts = []
        for number in self.form.pooled:
            total = self.node("ReduceSum", [self.node("Mul", [states[number], there]), self.whole(1)], keepdims=0)
            parts.append(self.node("Div", [total, length]))
        return self.node("Concat", parts, axis=1)

    def words(self) -> str:
        table = self.weights["embeddings.word_embeddings.weight"]
        scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9) / 127
        rounded = self.constant("words", np.round(table / scale), np.int8)
        steps = self.node("Cast", [self.node("Gather", [rounded, "input_ids"])], to=TensorProto.FLOAT)
        word = self.node("Mul", [steps, self.node("Gather", [self.constant("scales", scale), "input_ids"])])
        places = (
            self.weights["embeddings.position_embeddings.weight"]
            + self.weights["embeddings.token_type_embeddings.weight"][:1]
        )
        length = self.node("Slice", [self.node("Shape", ["input_ids"]), self.whole(1), self.whole(2)])
        place = self.node("Slice", [self.constant("places", places), self.whole(0), length, self.whole(0)])
        return self.normal("embeddings.LayerNorm", self.node("Add", [word, place]))

    def layer(self, name: str, before: str, unseen: str) -> str:
        query, key, value = (self.parted(name + f"attention.self.{one}", before) for one in ("query", "key", "value"))
        turned = self.node("Transpose", [key], perm=[0, 1, 3, 2])
        scale = self.constant("scale", (self.width / self.form.heads) ** -0.5)
        likeness = self.node("Mul", [self.node("MatMul", [query, turned]), scale])
        looked = self.node("Softmax", [self.node("Add", [likeness, unseen])], axis=-1)
        seen = self.node("Transpose", [self.node("MatMul", [looked, value])], perm=[0, 2, 1, 3])
        joined = self.node("Reshape", [seen, self.whole(0, 0, self.width)])
        told = self.linear(name + "attention.output.dense", joined)
        middle = self.normal(name + "attention.output.LayerNorm", self.node("Add", [told, before]))
        wide = self.node("Gelu", [self.linear(name + "intermediate.dense", middle)])
        narrow = self.linear(name + "output.dense", wide)
        return self.normal(name + "output.LayerNorm", self.node("Add", [narrow, middle]))

    def parted(self, name: str, before: str) -> str:
        """Shape (texts, heads, length, width of a head)."""
        heads = self.whole(0, 0, self.form.heads, self.width // self.form.heads)
        return self.node("Transpose", [self.node("Reshape", [self.linear(name, before), heads])], perm=[0, 2, 1, 3])

    def linear(self, name: str, before: str) -> str:
        turned = self.constant(name + ".weight", self.weights[name + ".weight"].T)
        return self.node("Add", [self.node("MatMul", [before, turned]), self.weight(name + ".bias")])

    def normal(self, name: str, before: str) -> str:
        scale, shift = self.weight(name + ".weight"), self.weight(name + ".bias")
        return self.node("LayerNormalization", [before, scale, shift], axis=-1, epsilon=self.form.epsilon)
