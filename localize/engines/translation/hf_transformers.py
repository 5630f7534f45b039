"""transformers: any sequence-to-sequence model of the registry in its publisher's own format.

Slower and heavier than CTranslate2 (torch), for models that cannot be converted. Code that a model brings along runs
only where its table says `remote_code = true`: then those files are pinned and checked like its weights.
"""

from __future__ import annotations

import importlib.metadata
from typing import Any

from ...errors import EngineError
from ...models.present import ensure
from ...records import EngineUse
from ..availability import absent, unusable
from ..device import on_torch, wanted
from .model_families import CONTROL, dialect
from .pulled import BEAM, OfModel

LONGEST = 256  # tokens


class Seq2Seq(OfModel):
    """One model of the registry."""

    def identity(self, source: str, target: str) -> EngineUse:
        there = not absent("transformers")
        version = f"transformers {importlib.metadata.version('transformers') if there else '?'} beam {BEAM}"
        version += " cuda" if there and wanted(self.context, "torch") == "cuda" else ""
        digest = self.context.registry.identity(self.name)
        return EngineUse("translate", self.name, version, self.name, digest, self.model.licence)

    def unavailable(self, source: str, target: str) -> str:
        return unusable(self.context.registry, self.model, "torch", "transformers")

    def _run(self, texts: list[str], source: str, target: str, count: int, penalty: float) -> list[list[str]]:
        model, tokenizer = self._loaded()
        how = dialect(self.model, source, target)
        codes = self.model.codes
        if how.target_token:  # M2M100 and NLLB: the tokenizer writes the source's token, the decoder starts with ours
            tokenizer.src_lang = codes.get(source, source)
        lead = f"{how.source_token} " if how.source_token and not how.target_token else ""
        options: dict[str, Any] = {"num_beams": max(BEAM, count), "num_return_sequences": count}
        if how.target_token:
            options["forced_bos_token_id"] = tokenizer.convert_tokens_to_ids(how.target_token)
        try:
            import torch

            texts = [lead + how.text_prefix + t for t in texts]
            rows = tokenizer(texts, return_tensors="pt", padding=True, truncation=True, max_length=LONGEST)

            def run(device: str) -> Any:
                with torch.inference_mode():
                    there = model.to(device)
                    return there.generate(**rows.to(device), **options, length_penalty=penalty, max_new_tokens=LONGEST)

            made = on_torch(self.context, self.name, run)
            words = tokenizer.batch_decode(made, skip_special_tokens=True)
        except (RuntimeError, ValueError, IndexError) as error:
            raise EngineError(str(error), f"{self.name} {source}->{target}") from error
        words = [" ".join(CONTROL.sub(" ", w).split()) for w in words]  # Marian's tokenizer takes language tokens for text
        return [words[i : i + count] for i in range(0, len(words), count)]

    def _loaded(self) -> tuple[Any, Any]:
        with self.context.guard:
            if self.name not in self.context.loaded:
                folder = ensure(self.context.registry, self.context.settings, self.name)
                import torch
                from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

                torch.set_num_threads(self.context.settings.threads)
                options = {"local_files_only": True, "trust_remote_code": self.model.remote_code}
                try:
                    tokenizer = AutoTokenizer.from_pretrained(str(folder), **options)
                    model = AutoModelForSeq2SeqLM.from_pretrained(str(folder), **options).eval()
                except (OSError, ValueError, RuntimeError, KeyError) as error:
                    raise EngineError(str(error), self.name) from error
                self.context.loaded[self.name] = (model, tokenizer)
            loaded: tuple[Any, Any] = self.context.loaded[self.name]
            return loaded
