"""Look-alikes of the families of pulled models: random weights in the makers' own classes, converted and run as theirs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from localize.engines.base import Ask, EngineContext
from localize.engines.catalogue import Engines
from localize.engines.translation import ctranslate
from localize.engines.translation.ct2_convert import with_languages
from localize.engines.translation.model_families import FAMILIES, dialect
from localize.files import file_sha256
from localize.models import registry
from localize.settings import Settings, load_settings
from tests.localize.tiny_model import KNOWS

pytestmark = pytest.mark.slow
SMALL = {"d_model": 32, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2,
         "decoder_attention_heads": 2, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "init_std": 0.2}  # fmt: skip


def pieces(folder: Path, name: str, **options: object) -> Any:
    """A sentencepiece model of a few dozen pieces, written as `name`."""
    import sentencepiece

    text = folder / "text.txt"
    text.write_text("\n".join([*KNOWS, *KNOWS.values()] * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "cut"), vocab_size=150, character_coverage=1.0, minloglevel=2,
        hard_vocab_limit=False, **options,
    )  # fmt: skip
    (folder / "cut.model").replace(folder / name)
    for spare in ("text.txt", "cut.vocab"):
        (folder / spare).unlink()
    return sentencepiece.SentencePieceProcessor(model_file=str(folder / name))


def m2m100(folder: Path) -> None:
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, M2M100Tokenizer

    cutter = pieces(folder, "sentencepiece.bpe.model", model_type="bpe")
    vocab = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for i in range(cutter.get_piece_size()):
        vocab.setdefault(cutter.id_to_piece(i), len(vocab))
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    tokenizer = M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    size = len(vocab) + len(tokenizer.lang_code_to_token) + tokenizer.num_madeup_words
    model = M2M100ForConditionalGeneration(M2M100Config(vocab_size=size, max_position_embeddings=400, **SMALL))
    model.save_pretrained(folder)


def madlad(folder: Path) -> None:
    """As it is published: already what CTranslate2 runs, with its sentencepiece file beside it."""
    import torch
    from transformers import T5Config, T5ForConditionalGeneration, T5Tokenizer

    source = folder / "source"
    source.mkdir()
    tags = ["<2es>", "<2pt>", "<2hi>"]
    cutter = pieces(source, "spiece.model", model_type="unigram", user_defined_symbols=tags, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    names = [cutter.id_to_piece(i) for i in range(cutter.get_piece_size())]
    scores = [(n, cutter.get_score(i)) for i, n in enumerate(names)]
    T5Tokenizer(vocab=scores, extra_ids=0, additional_special_tokens=[]).save_pretrained(source)
    torch.manual_seed(1)
    config = T5Config(
        vocab_size=len(names), d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu",
        decoder_start_token_id=0, tie_word_embeddings=False,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(source)
    argv = [sys.executable, "-m", "ctranslate2.converters.transformers", "--model", str(source), "--force"]
    done = subprocess.run([*argv, "--output_dir", str(folder / "out"), "--quantization", "int8"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-400:]
    for name in ("config.json", "model.bin", "shared_vocabulary.json"):
        (folder / "out" / name).replace(folder / name)
    (source / "spiece.model").replace(folder / "spiece.model")


def marian_multi(folder: Path) -> None:
    """A Marian model of several targets: the vocabulary has a token for each, written before the source."""
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    cutter = pieces(folder, "source.spm", model_type="unigram")
    (folder / "target.spm").write_bytes((folder / "source.spm").read_bytes())
    vocab = {"</s>": 0, "<unk>": 1, ">>spa<<": 2, ">>pob<<": 3}
    for i in range(cutter.get_piece_size()):
        vocab.setdefault(cutter.id_to_piece(i), len(vocab))
    pad = vocab.setdefault("<pad>", len(vocab))
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    files = [str(folder / n) for n in ("source.spm", "target.spm", "vocab.json")]
    MarianTokenizer(*files, source_lang="en", target_lang="pt").save_pretrained(folder)
    torch.manual_seed(1)
    config = MarianConfig(vocab_size=len(vocab), max_position_embeddings=400, pad_token_id=pad, eos_token_id=0,
                          decoder_start_token_id=pad, forced_eos_token_id=0, scale_embedding=True, **SMALL)  # fmt: skip
    model = MarianMTModel(config)
    model.get_input_embeddings().weight.data[pad] = 0  # as published models keep it: Marian decoders start from zero
    model.save_pretrained(folder)


def nllb(folder: Path) -> None:
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer
    from transformers.convert_slow_tokenizer import generate_merges

    cutter = pieces(folder, "sentencepiece.bpe.model", model_type="bpe")
    vocab = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for i in range(cutter.get_piece_size()):
        vocab.setdefault(cutter.id_to_piece(i), len(vocab))
    scores = {cutter.id_to_piece(i): cutter.get_score(i) for i in range(cutter.get_piece_size())}
    merges = generate_merges(vocab, {p: scores.get(p, 0.0) for p in vocab})
    tokenizer = NllbTokenizer(vocab=vocab, merges=merges, src_lang="eng_Latn")
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    model = M2M100ForConditionalGeneration(M2M100Config(vocab_size=len(tokenizer), max_position_embeddings=400, **SMALL))
    model.save_pretrained(folder)


CODES = {
    "marian-multi": {"en": "eng", "es": "spa", "pt": "pob"},
    "nllb": {"en": "eng_Latn", "es": "spa_Latn", "pt": "por_Latn"},
}
MAKERS = {"m2m100": m2m100, "madlad": madlad, "marian-multi": marian_multi, "nllb": nllb}
LINES = ["Prove it.", "Who can hear us?"]
FOREIGN = "Prove it, \u7b11 Laura."  # with a sign that no piece has


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each family, whose look-alike is made and converted once."""
    return {family: tmp_path_factory.mktemp(family) for family in MAKERS}


def laid(folder: Path, family: str, engine: str) -> tuple[registry.Registry, Settings]:
    """A registry with one look-alike of the family, run by that engine."""
    made = folder / "models/look-alike"
    if not made.is_dir():
        made.mkdir(parents=True)
        MAKERS[family](made)
    files = [p for p in sorted(made.iterdir()) if p.is_file()]
    codes = ", ".join(f'{k} = "{v}"' for k, v in CODES.get(family, {}).items())
    text = f"""[[model]]
id = "look-alike"
task = "mt"
languages = ["en->es", "en->pt-BR"]
licence = "MIT"
commercial_use = true
engine = "{engine}"
family = "{family}"
codes = {{ {codes} }}
converted = {str(family == "madlad").lower()}
"""
    text += "".join(f'[[model.file]]\nname = "{p.name}"\nsha256 = "{file_sha256(p)}"\n' for p in files)
    (folder / "models.toml").write_text(text, encoding="utf-8")
    settings = load_settings({"HOME": str(folder), "LOCALIZE_THREADS": "1", "LOCALIZE_MODELS": str(folder / "models"),
                              "LOCALIZE_MODELS_TOML": str(folder / "models.toml")})  # fmt: skip
    assert {FAMILIES[family].source_spm, FAMILIES[family].target_spm} <= {p.name for p in files}
    return registry.load(settings), settings


@pytest.mark.parametrize(
    ("family", "engine"),
    [*((f, "ctranslate2") for f in MAKERS), *((f, "transformers") for f in MAKERS if f != "madlad")],
)
def test_a_look_alike_loads_and_runs_through_our_path(family: str, engine: str, places: dict[str, Path]) -> None:
    known, settings = laid(places[family], family, engine)
    found = Engines(EngineContext(settings, known)).translator("look-alike")
    assert found.unavailable("en", "es") == ""
    if engine == "ctranslate2" and not known.model("look-alike").converted:
        ctranslate.convert(known, "look-alike")
    made = [found.translate([Ask(t) for t in LINES], "en", target) for target in ("es", "pt")]
    assert all(len(texts) == 2 for texts in made)
    assert any(any(texts) for texts in made), "random weights say something"
    for text in (t for texts in made for t in texts):
        assert not any(token in text for token in ("</s>", "<pad>", ">>", "_Latn")), text
    assert made[0] != made[1], "the target language is part of what is asked"


@pytest.mark.parametrize("family", MAKERS)
def test_a_line_reaches_the_model_as_the_makers_tokenizer_writes_it(family: str, places: dict[str, Path]) -> None:
    import sentencepiece
    from transformers import AutoTokenizer

    known, _settings = laid(places[family], family, "ctranslate2")
    folder = places[family] / "models/look-alike"
    how = dialect(known.model("look-alike"), "en", "pt")
    cutter = sentencepiece.SentencePieceProcessor(model_file=str(folder / how.family.source_spm))
    theirs = AutoTokenizer.from_pretrained(str(folder / "source" if family == "madlad" else folder))
    if how.target_token:
        theirs.src_lang = CODES.get(family, {}).get("en", "en")
    lead = how.source_token + " " if family == "marian-multi" else how.text_prefix
    for line in [*LINES, FOREIGN]:
        ours = theirs.convert_tokens_to_ids(ctranslate._tokens(cutter, line, how))
        assert ours == theirs(lead + line)["input_ids"], theirs.convert_ids_to_tokens(ours)
    if how.target_token:
        assert theirs.convert_tokens_to_ids(how.target_token) != theirs.unk_token_id


def test_language_tokens_stand_before_the_made_up_words() -> None:
    tokens = ["<s>", "a", "madeupword0", "madeupword1"]
    made = with_languages(tokens, {"__pt__": 7, "__es__": 6})
    assert made == ["<s>", "a", "__es__", "__pt__", "madeupword0", "madeupword1"]
    assert with_languages(made, {"__pt__": 7, "__es__": 6}) == made
    assert with_languages(tokens, {}) == tokens
