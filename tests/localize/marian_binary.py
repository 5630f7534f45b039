"""Models in Marian's binary format with random weights, at the sizes that Mozilla publishes its models in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

FLOAT32, INTGEMM8, INT8 = 0x404, 0x4101, 0x101
ALIGN = 256


@dataclass(frozen=True)
class Size:
    """Width of the embedding and of the feed-forward layers, and how many layers encoder and decoder have."""

    width: int
    ffn: int
    encoder: int
    decoder: int


SIZES = {"tiny": Size(256, 1536, 6, 2), "base": Size(512, 2048, 6, 2), "base-memory": Size(384, 1536, 6, 4)}
SPECIAL = """bert-train-type-embeddings: true
bert-type-vocab-size: 2
dec-cell: ssru
dec-cell-base-depth: 2
dec-cell-high-depth: 1
dec-depth: {decoder}
dim-emb: {width}
dim-rnn: 1024
dim-vocabs:
  - {source}
  - {target}
enc-cell: gru
enc-cell-depth: 1
enc-depth: {encoder}
enc-type: bidirectional
input-types: []
layer-normalization: false
lemma-dim-emb: 0
output-omit-bias: false
right-left: false
skip: false
tied-embeddings: {tied}
tied-embeddings-all: {tied_all}
tied-embeddings-src: false
transformer-aan-activation: swish
transformer-aan-depth: 2
transformer-aan-nogate: false
transformer-decoder-autoreg: rnn
transformer-dim-aan: 2048
transformer-dim-ffn: {ffn}
transformer-ffn-activation: relu
transformer-ffn-depth: 2
transformer-guided-alignment-layer: last
transformer-heads: 8
transformer-no-projection: false
transformer-pool: false
transformer-postprocess: dan
transformer-postprocess-emb: d
transformer-postprocess-top: ""
transformer-preprocess: ""
transformer-tied-layers: []
transformer-train-position-embeddings: false
type: transformer
ulr: false
ulr-dim-emb: 0
ulr-trainable-transformation: false
version: v1.9.56 94aeaa46 2021-04-28 00:28:35 +0100
"""


def model(size: Size, vocabularies: tuple[int, ...], seed: int = 1) -> bytes:
    """The bytes of a model file; one vocabulary that both sides share, or one for each side."""
    random = np.random.default_rng(seed)
    tensors = [(name, kind, shape, _data(kind, shape, random, name)) for name, kind, shape in _shapes(size, vocabularies)]
    yml = SPECIAL.format(
        **vars(size), source=vocabularies[0], target=vocabularies[-1],
        tied=str(len(vocabularies) == 2).lower(), tied_all=str(len(vocabularies) == 1).lower(),
    ).encode()  # fmt: skip
    tensors.append(("special:model.yml", INT8, (len(yml) + 1,), yml + b"\0"))
    head = struct.pack("<QQ", 1, len(tensors))
    for name, kind, shape, data in tensors:
        head += struct.pack("<QQQQ", len(name) + 1, kind, len(shape), len(data))
    head += b"".join(name.encode() + b"\0" for name, _k, _s, _d in tensors)
    head += b"".join(struct.pack(f"<{len(shape)}i", *shape) for _n, _k, shape, _d in tensors)
    gap = -(len(head) + 8) % ALIGN
    return head + struct.pack("<Q", gap) + bytes(gap) + b"".join(data for _n, _k, _s, data in tensors)


def _shapes(size: Size, vocabularies: tuple[int, ...]) -> Iterator[tuple[str, int, tuple[int, int]]]:
    """Name, type and shape of each tensor, as Firefox Translations' files have them."""
    d, ffn = size.width, size.ffn

    def weight(name: str, rows: int, columns: int) -> Iterator[tuple[str, int, tuple[int, int]]]:
        yield name, INTGEMM8, (rows, columns)
        yield f"{name}_QuantMultA", FLOAT32, (1, 1)

    def normal(name: str) -> Iterator[tuple[str, int, tuple[int, int]]]:
        yield f"{name}_ln_bias", FLOAT32, (1, d)
        yield f"{name}_ln_scale", FLOAT32, (1, d)

    def attention(name: str) -> Iterator[tuple[str, int, tuple[int, int]]]:
        for part in "kovq":
            yield from weight(f"{name}_W{part}", d, d)
            yield f"{name}_b{part}", FLOAT32, (1, d)
        yield from normal(f"{name}_Wo")

    def feed_forward(name: str) -> Iterator[tuple[str, int, tuple[int, int]]]:
        yield from weight(f"{name}_ffn_W1", d, ffn)
        yield from weight(f"{name}_ffn_W2", ffn, d)
        yield f"{name}_ffn_b1", FLOAT32, (1, ffn)
        yield f"{name}_ffn_b2", FLOAT32, (1, d)
        yield from normal(f"{name}_ffn_ffn")

    if len(vocabularies) == 1:
        yield from weight("Wemb", vocabularies[0], d)
    else:
        yield "encoder_Wemb", INTGEMM8, (vocabularies[0], d)
        yield from weight("decoder_Wemb", vocabularies[1], d)
    yield "decoder_ff_logit_out_b", FLOAT32, (1, vocabularies[-1])
    for layer in range(1, size.decoder + 1):
        name = f"decoder_l{layer}"
        yield from attention(f"{name}_context")
        yield from feed_forward(name)
        yield from weight(f"{name}_rnn_W", d, d)
        yield from weight(f"{name}_rnn_Wf", d, d)
        yield f"{name}_rnn_bf", FLOAT32, (1, d)
        yield from normal(f"{name}_rnn_ffn")
    for layer in range(1, size.encoder + 1):
        yield from feed_forward(f"encoder_l{layer}")
        yield from attention(f"encoder_l{layer}_self")
    yield "none_QuantMultA", FLOAT32, (1, 1)


def _data(kind: int, shape: tuple[int, int], random: np.random.Generator, name: str) -> bytes:
    rows, columns = shape
    if kind == INTGEMM8:  # int8 and, behind them, the factor they were multiplied by
        data = random.integers(-60, 61, rows * columns, np.int8).tobytes() + struct.pack("<f", 300.0)
    elif "ln_scale" in name:
        data = np.ones(columns, np.float32).tobytes()
    elif "QuantMultA" in name:
        data = struct.pack("<f", 20.0)
    else:
        values = (random.standard_normal(rows * columns) * 0.05).astype(np.float32)
        if name == "decoder_ff_logit_out_b":
            values[0] = -50  # the end of a sentence comes late, so that there is one
        data = values.tobytes()
    return data + bytes(-len(data) % ALIGN)
