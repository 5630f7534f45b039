"""Writes a tiny VITS with two speakers and random weights into a folder. Runs in the environment of `make coqui`."""

import json
import sys
from pathlib import Path

import torch
from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
from TTS.tts.models.vits import CharactersConfig, Vits


def main(folder: Path) -> None:
    torch.manual_seed(1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speakers.json").write_text(json.dumps({"ana": 0, "leo": 1}))
    args = VitsArgs(
        num_layers_text_encoder=1, num_layers_posterior_encoder=1, num_layers_flow=1, hidden_channels=32,
        hidden_channels_ffn_text_encoder=32, upsample_initial_channel_decoder=64, init_discriminator=False,
        use_speaker_embedding=True, speaker_embedding_channels=16, use_sdp=False,
        speakers_file=str(folder / "speakers.json"),
    )  # fmt: skip
    letters = CharactersConfig(
        characters_class="TTS.tts.models.vits.VitsCharacters", pad="_", eos="", bos="", blank="_",
        characters="abcdefghijklmnopqrstuvwxyzáéíóúñ", punctuations="!?.,¿¡ ", phonemes="",
    )  # fmt: skip
    config = VitsConfig(
        model_args=args, characters=letters, use_phonemes=False, text_cleaner="basic_cleaners",
        use_speaker_embedding=True, speakers_file=str(folder / "speakers.json"),
    )  # fmt: skip
    model = Vits.init_from_config(config)
    torch.save({"model": model.state_dict()}, folder / "model.pth")
    config.save_json(str(folder / "config.json"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
