"""A Marian model of a few thousand weights that knows seven sentences by heart, as its publisher would lay it out."""

from __future__ import annotations

import json
from pathlib import Path

KNOWS = {
    "The letter is a lie.": "La carta es una mentira.",
    "I opened the wrong door.": "Abrí la puerta equivocada.",
    "Who can hear us?": "¿Quién puede oírnos?",
    "The gate was closed that night.": "El portón se cerró esa noche.",
    "Prove it.": "Pruébelo.",
    "Come home, Laura.": "Ven a casa, Laura.",
    "Kevin is here.": "Kevin está aquí.",
}
FILES = ("config.json", "generation_config.json", "model.safetensors", "source.spm", "target.spm",
         "tokenizer_config.json", "vocab.json")  # fmt: skip


def make(folder: Path) -> None:
    """Train it (three seconds) and write its files."""
    import sentencepiece
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "text.txt"
    text.write_text("\n".join([*KNOWS, *KNOWS.values()] * 20), encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "cut"), vocab_size=150, character_coverage=1.0, minloglevel=2,
        hard_vocab_limit=False, model_type="bpe",
    )  # fmt: skip
    for side in ("source.spm", "target.spm"):
        (folder / side).write_bytes((folder / "cut.model").read_bytes())
    cutter = sentencepiece.SentencePieceProcessor(model_file=str(folder / "cut.model"))
    vocab = {"</s>": 0, "<unk>": 1}
    for i in range(cutter.get_piece_size()):
        vocab.setdefault(cutter.id_to_piece(i), len(vocab))
    pad = vocab.setdefault("<pad>", len(vocab))
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    facts = {"source_lang": "en", "target_lang": "es", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(facts), encoding="utf-8")

    torch.set_num_threads(1)  # more threads wait for each other on a busy machine, longer than such a model takes
    torch.manual_seed(0)
    model = MarianMTModel(
        MarianConfig(
            vocab_size=len(vocab), d_model=32, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
            decoder_attention_heads=2, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=64,
            pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=0, scale_embedding=True,
            dropout=0.0,
        )
    )  # fmt: skip
    tokenizer = MarianTokenizer.from_pretrained(str(folder))
    rows = tokenizer(list(KNOWS), text_target=list(KNOWS.values()), return_tensors="pt", padding=True)
    rows["labels"][rows["labels"] == pad] = -100
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    for _step in range(300):
        model(**rows).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        # Marian decoders start from a zero vector, which published models keep as the padding's: so must this one
        model.get_input_embeddings().weight.data[pad] = 0
    model.eval().save_pretrained(folder)
