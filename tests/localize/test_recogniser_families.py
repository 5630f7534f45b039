"""Look-alikes of the bigger recognisers: random weights in the makers' own classes and sizes of spectrum and vocabulary,
converted as they are published, chosen and run as they would be, with just the files that the registry lists."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from localize.engines.base import EngineContext
from localize.engines.catalogue import Engines
from localize.engines.recognition.choice import EMBEDDED
from localize.files import file_sha256
from localize.models import present, registry
from localize.settings import load_settings

pytestmark = [pytest.mark.models, pytest.mark.slow]
CANTONESE = 50_358  # where large-v3 has its hundredth language, and whatever follows is one further


def tokenizer(source: Path, target: Path, languages: int) -> dict[str, int]:
    """The embedded model's tokenizer, as wide as the other's; its language tokens."""
    data = json.loads(source.read_text(encoding="utf-8"))
    if languages == 100:
        for token in data["added_tokens"]:
            token["id"] += token["id"] >= CANTONESE
        data["added_tokens"].append({**data["added_tokens"][0], "id": CANTONESE, "content": "<|yue|>"})
        data["added_tokens"].sort(key=lambda t: t["id"])
    target.write_text(json.dumps(data), encoding="utf-8")
    ids = {t["content"]: t["id"] for t in data["added_tokens"]}
    return {t: i for t, i in ids.items() if ids["<|startoftranscript|>"] < i < ids["<|translate|>"]}


def make(folder: Path, embedded: Path, mels: int, languages: int) -> None:
    """A Whisper of one layer a side, in CTranslate2's format, with all files that its publishers lay beside it."""
    import ctranslate2
    import torch
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration

    source = folder / "source"
    source.mkdir()
    ids = tokenizer(embedded / "tokenizer.json", source / "tokenizer.json", languages)
    assert len(ids) == languages
    (source / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}', encoding="utf-8")
    torch.manual_seed(1)
    config = WhisperConfig(
        vocab_size=51_766 + languages, num_mel_bins=mels, d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, init_std=0.2,
    )  # fmt: skip
    model = WhisperForConditionalGeneration(config)
    model.save_pretrained(source)
    WhisperFeatureExtractor(feature_size=mels).save_pretrained(source)
    ctranslate2.converters.TransformersConverter(str(source)).convert(str(folder / "out"), quantization="int8")
    for path in (folder / "out").iterdir():
        path.replace(folder / path.name)
    facts = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    facts |= {"lang_ids": sorted(ids.values()), "suppress_ids": [], "suppress_ids_begin": [220]}  # as it is published
    (folder / "config.json").write_text(json.dumps(facts), encoding="utf-8")
    words = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    (folder / "vocabulary.txt").write_text("\n".join(words), encoding="utf-8")
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copy(source / name, folder / name)
    shutil.rmtree(source)


@pytest.mark.parametrize(
    ("model_id", "mels", "languages"),
    [("faster-whisper-small", 80, 99), ("faster-whisper-large-v3", 128, 100), ("faster-whisper-large-v3-turbo", 128, 100)],
)
def test_a_bigger_one_is_chosen_and_hears(model_id: str, mels: int, languages: int, tmp_path: Path) -> None:
    own = load_settings()
    listed = registry.load(own)
    embedded = present.ensure(listed, own, EMBEDDED)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / EMBEDDED).symlink_to(embedded)
    made = tmp_path / "made"
    made.mkdir()
    make(made, embedded, mels, languages)
    text = ""
    for model in (listed.model(EMBEDDED), listed.model(model_id)):
        text += f'[[model]]\nid = "{model.id}"\ntask = "asr"\nlanguages = ["multilingual"]\nlicence = "MIT"\n'
        text += f'commercial_use = true\nengine = "faster-whisper"\nrank = {model.rank}\ntranslates = {str(model.translates).lower()}\n'
        for file in model.files:
            where = made if model.id == model_id else embedded
            text += f'[[model.file]]\nname = "{file.name}"\nsha256 = "{file_sha256(where / file.name)}"\n'
    folder = tmp_path / "models" / model_id
    folder.mkdir()
    for file in listed.model(model_id).files:  # these and no others
        (made / file.name).replace(folder / file.name)
    (tmp_path / "models.toml").write_text(text, encoding="utf-8")
    settings = load_settings({"HOME": str(tmp_path), "LOCALIZE_MODELS": str(tmp_path / "models"), "LOCALIZE_THREADS": "1",
                              "LOCALIZE_MODELS_TOML": str(tmp_path / "models.toml"), "LOCALIZE_HOME": str(tmp_path / "home")})  # fmt: skip
    found = Engines(EngineContext(settings, registry.load(settings)))
    whisper = found.transcriber("zh")
    assert whisper.identity().model == model_id, found.context.failures.reason(model_id)
    noise = np.random.default_rng(1).normal(0, 0.1, 32_000).astype(np.float32)
    heard = whisper.transcribe(noise, "zh", ("Vivian",), quick=True)
    assert heard.language == "zh"
    assert all(0 <= w.start_ms <= w.end_ms for w in heard.words)
    language, probability = whisper.detect(noise)
    assert 0 < probability < 1
    assert len(language) in (2, 3)
    speech = found.speech_translators()[0].identity("zh", "en").model
    assert speech == (EMBEDDED if "turbo" in model_id else model_id)
