"""Who speaks: lines grouped by the sound of their voice, groups matched to the series' characters.

Pure: vectors and pitches in, names out. A line shorter than SHORT_MS is placed by the group it is nearest to and
never founds one of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..audio.samples import Samples

SHORT_MS = 900
PARTS_HZ = 150.0  # measured on ten voices: women 151 to 192, men 88 to 147; a whispering voice misleads it
SAME = 0.72  # cosine similarity of two groups' means from which they are one speaker
MATCH = 0.66  # and from which a group is an enrolled character
SURE = 0.72  # and a further group of the same character, with nobody else near
UNSURE = 0.58  # a lone short line over the telephone scores so against its own speaker; others at most 0.55
AHEAD = 0.08  # and this much more than against anyone else
LITTLE_MS = 4000  # of speech that a group may hold to be matched so
TURN_MS = 130  # a pause in a line at which the speaker may change
# one group of two speakers who sound alike: measured on 24 single voices (Mandarin, English, Spanish) parted in two, none of
# which came out so, and on four pairs of voices taken for one, of which three did
APART = 0.78  # the two halves are at most so alike
CLOSER = 0.05  # and each half is so much more like itself
FEW = 2  # lines that each half has at least
CHANGED = 0.74  # parts of one speaker's line are more alike: 0.76 and up, of two speakers 0.66 on average
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Voice:
    """One line's voice: its vector (length 1), its pitch in Hz (0 unknown), and how long it lasts."""

    vector: Vector
    pitch: float
    duration_ms: int


def group(voices: Sequence[Voice], same: float = SAME) -> list[int]:
    """A group number from 0 for each line, in order of first appearance."""
    if not voices:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage  # half a second that a rerun does not pay

    long = [i for i, v in enumerate(voices) if v.duration_ms >= SHORT_MS and v.vector.any()]
    long = long or list(range(len(voices)))
    labels = dict.fromkeys(long, 0)
    if len(long) > 1:
        vectors = np.stack([voices[i].vector for i in long]).astype(np.float64)
        tree = linkage(vectors, "average", metric="cosine")
        labels = dict(zip(long, fcluster(tree, 1 - same, "distance").tolist(), strict=True))
        for label in sorted(set(labels.values())):
            members = [i for i in long if labels[i] == label]
            for i in _second_speaker([voices[i].vector for i in members]):
                labels[members[i]] = -label
    means = {
        label: _unit(np.sum([voices[i].vector * voices[i].duration_ms for i in long if labels[i] == label], axis=0))
        for label in set(labels.values())
    }
    raw = [labels[i] if i in labels else max(means, key=lambda m: float(means[m] @ v.vector))
           for i, v in enumerate(voices)]  # fmt: skip
    order = {label: n for n, label in enumerate(dict.fromkeys(raw))}
    return [order[label] for label in raw]


def _second_speaker(vectors: Sequence[Vector]) -> list[int]:
    """Which lines of a group are another speaker's: two voices alike enough to be joined lie in two heaps all the same."""
    if len(vectors) < 2 * FEW:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage

    heaps = np.asarray(vectors, np.float64)
    side = fcluster(linkage(heaps, "average", metric="cosine"), 2, "maxclust")
    first, second = np.flatnonzero(side == 1), np.flatnonzero(side == 2)
    if min(len(first), len(second)) < FEW:
        return []
    alike = heaps @ heaps.T
    across = float(alike[np.ix_(first, second)].mean())
    within = min(float(alike[np.ix_(h, h)][np.triu_indices(len(h), 1)].mean()) for h in (first, second))
    return second.tolist() if across <= APART and within - across >= CLOSER else []


def name_groups(
    voices: Sequence[Voice], groups: Sequence[int], enrolled: Mapping[str, Sequence[Vector]], match: float = MATCH
) -> list[tuple[str, bool]]:
    """(speaker, known) for each line: the enrolled character nearest to its group, each character taken once by the
    group that fits it best, else "S1", "S2", … by register and order.

    A group whose own nearest character another group fits better is given the next as one for a person to look at. A
    further group of one character (over the telephone, say) goes to whom it is clearly nearest to: as known where it is
    very near, else for a person to look at; one of little speech need only be near.
    """
    means = {
        g: _unit(np.sum([v.vector * v.duration_ms for v, h in zip(voices, groups, strict=True) if h == g], axis=0))
        for g in set(groups)
    }
    scores = sorted(
        ((max(float(mean @ e) for e in vectors), g, name) for g, mean in means.items()
         for name, vectors in enrolled.items() if vectors),
        reverse=True,
    )  # fmt: skip
    given: dict[int, str] = {}
    for score, g, name in scores:
        if score >= match and g not in given and name not in given.values():
            given[g] = name
    nearest = {g: name for _, g, name in reversed(scores)}
    sure = {g for g in given if nearest[g] == given[g]}  # whom another group fits better still is left to a person
    for g in set(groups) - set(given):
        best = sorted(((s, name) for s, h, name in scores if h == g), reverse=True)
        spoken = sum(v.duration_ms for v, h in zip(voices, groups, strict=True) if h == g)
        second = best[1][0] if len(best) > 1 else 0.0
        least = UNSURE if spoken <= LITTLE_MS else match
        if best and best[0][0] >= least and best[0][0] - second >= AHEAD:
            given[g] = best[0][1]
            sure |= {g} if best[0][0] >= SURE else set()
    unknown = {g: f"S{n}" for n, g in enumerate(sorted(set(groups) - set(given)), start=1)}
    return [(given.get(g) or unknown[g], g in sure) for g in groups]


def registers(voices: Sequence[Voice], speakers: Sequence[str]) -> dict[str, str]:
    """Speaker -> "f" or "m" by the median pitch of their lines; PARTS_HZ parts the two (a guess that a cast overrules)."""
    out = {}
    for speaker in dict.fromkeys(speakers):
        pitches = [v.pitch for v, s in zip(voices, speakers, strict=True) if s == speaker and v.pitch > 0]
        out[speaker] = "m" if pitches and float(np.median(pitches)) < PARTS_HZ else "f"
    return out


def pitch(audio: Samples, rate: int) -> float:
    """Median fundamental in Hz of voiced frames, by autocorrelation between 70 and 400 Hz; 0.0 where none is voiced."""
    from scipy import signal

    size, hop = rate // 25, rate // 50
    found = []
    loudest = float(np.sqrt(np.mean(audio**2))) if len(audio) else 0.0
    for start in range(0, len(audio) - size, hop):
        frame = audio[start : start + size].astype(np.float64)
        if np.sqrt(np.mean(frame**2)) < loudest * 0.5:
            continue
        frame -= frame.mean()
        curve = signal.correlate(frame, frame, method="fft")[size - 1 :]
        low, high = rate // 400, rate // 70
        if curve[0] <= 0 or high >= len(curve):
            continue
        # the first lag nearly as good as the best: twice the period fits as well, and would halve the pitch
        part = curve[low:high]
        peaks = (
            np.flatnonzero((part[1:-1] >= part[:-2]) & (part[1:-1] >= part[2:]) & (part[1:-1] >= 0.85 * part.max())) + 1
        )
        lag = low + (int(peaks[0]) if len(peaks) else int(np.argmax(part)))
        if curve[lag] / curve[0] > 0.45:
            found.append(rate / lag)
    return round(float(np.median(found)), 1) if found else 0.0


def _unit(vector: NDArray[np.floating]) -> Vector:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
