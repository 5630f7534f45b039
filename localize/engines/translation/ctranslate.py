"""CTranslate2 with sentencepiece: Opus-MT, M2M100, NLLB and MADLAD models of the registry, int8 on the CPU.

A model comes from its source in the publisher's own format, every byte checked; it is converted once, in a process of
its own, and what comes out is held to the digests of that moment ever after.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ...errors import EngineError, ModelDamaged, ModelError
from ...files import file_sha256
from ...models.present import ensure
from ...models.registry import Registry
from ...records import EngineUse
from ..availability import EXTRA, absent, unusable
from ..base import version_of
from ..device import on_device, wanted
from .model_families import END, Dialect, dialect, text_pieces
from .pulled import BEAM, OfModel

QUANTIZATION = "int8"
CONVERTED = "ct2-int8"
TIMEOUT_S = 3600


class CTranslate(OfModel):
    """One model of the registry."""

    def identity(self, source: str, target: str) -> EngineUse:
        version = f"ctranslate2 {version_of('ctranslate2')} {QUANTIZATION} beam {BEAM}"
        version += " cuda" if wanted(self.context) == "cuda" else ""
        digest = self.context.registry.identity(self.name)
        return EngineUse("translate", self.name, version, self.name, digest, self.model.licence)

    def unavailable(self, source: str, target: str) -> str:
        """Empty where the pulled model is converted, or can be; else what is missing and the command that brings it."""
        if self.model.converted or is_converted(self.context.registry, self.name):
            return unusable(self.context.registry, self.model)
        return unusable(self.context.registry, self.model, "torch", "transformers")

    def _run(self, texts: list[str], source: str, target: str, count: int, penalty: float) -> list[list[str]]:
        translator, cutter, joiner = self._loaded()
        how = dialect(self.model, source, target)
        rows = [_tokens(cutter, text, how) for text in texts]
        prefix = [[how.target_token]] * len(rows) if how.target_token else None
        try:
            results = translator.translate_batch(
                rows,
                target_prefix=prefix,
                beam_size=max(BEAM, count),
                num_hypotheses=count,
                length_penalty=penalty,
                max_batch_size=2048,
                batch_type="tokens",
                max_decoding_length=256,
                no_repeat_ngram_size=6,  # a loop never ends by itself
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(str(error), f"{self.name} {source}->{target}") from error
        return [[joiner.decode(text_pieces(h)).strip() for h in r.hypotheses] for r in results]

    def _loaded(self) -> tuple[Any, Any, Any]:
        with self.context.guard:
            if self.name not in self.context.loaded:
                folder = ensure(self.context.registry, self.context.settings, self.name)
                ready = folder if self.model.converted else convert(self.context.registry, self.name)
                import ctranslate2
                import sentencepiece

                family = dialect(self.model, "", "").family
                spm = [sentencepiece.SentencePieceProcessor() for _ in range(2)]
                for processor, name in zip(spm, (family.source_spm, family.target_spm), strict=True):
                    processor.Load(str(folder / name))
                threads = self.context.settings.threads
                try:
                    model = on_device(
                        self.context,
                        self.name,
                        lambda device, kind: ctranslate2.Translator(
                            str(ready), device=device, compute_type=kind, intra_threads=threads
                        ),
                        lambda made: made.translate_batch([[END]], max_decoding_length=1),
                    )
                except (RuntimeError, ValueError) as error:
                    raise EngineError(str(error), self.name) from error
                self.context.loaded[self.name] = (model, *spm)
            loaded: tuple[Any, Any, Any] = self.context.loaded[self.name]
            return loaded


def _tokens(cutter: Any, text: str, how: Dialect) -> list[str]:
    pieces: list[str] = cutter.EncodeAsPieces(how.text_prefix + text)
    return [*([how.source_token] if how.source_token else []), *pieces, END]


def convert(registry: Registry, model_id: str) -> Path:
    """The folder of the converted model, made now where it is not there yet.

    Raises ModelDamaged where a converted file changed since, ModelError where the converter is missing or fails.
    """
    folder = registry.folder(model_id)
    ready, source = folder / CONVERTED, registry.identity(model_id)
    if _converted(ready, source, model_id):
        return ready
    missing = absent("torch", "transformers")
    if missing:
        raise ModelError(f"its conversion needs {' and '.join(missing)}", model_id, EXTRA)
    registry.require(model_id)
    part = folder / f"{CONVERTED}.part"
    shutil.rmtree(part, ignore_errors=True)
    argv = [sys.executable, "-m", "localize.engines.translation.ct2_convert", "--model", str(folder)]
    argv += ["--output_dir", str(part), "--quantization", QUANTIZATION]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode or not (part / "model.bin").is_file():
        tail = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
        raise ModelError(f"could not be converted: {tail[-200:]}", model_id, "see models/README.md")
    files = {p.name: file_sha256(p) for p in sorted(part.iterdir())}
    facts = {"source": source, "ctranslate2": version_of("ctranslate2"), "files": files}
    (part / "converted.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    shutil.rmtree(ready, ignore_errors=True)
    part.rename(ready)
    return ready


def is_converted(registry: Registry, model_id: str) -> bool:
    """Whether a conversion of these source files lies there; its bytes are read only when it is loaded."""
    try:
        facts = json.loads((registry.folder(model_id) / CONVERTED / "converted.json").read_text(encoding="utf-8"))
        return bool(facts["source"] == registry.identity(model_id))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _converted(ready: Path, source: str, model_id: str) -> bool:
    """Whether a whole conversion of these very source files lies there."""
    try:
        facts = json.loads((ready / "converted.json").read_text(encoding="utf-8"))
        if facts["source"] != source:
            return False
        for name, digest in facts["files"].items():
            if file_sha256(ready / name) != digest:
                shutil.rmtree(ready)
                what = f"converted file {name} is not what the conversion wrote; taken away"
                raise ModelDamaged(what, model_id, "run again: it is converted anew")
    except (OSError, ValueError, KeyError, AttributeError):
        return False
    return True
