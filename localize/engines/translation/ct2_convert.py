"""CTranslate2's converter of transformers models, as a program: `python -m localize.engines.translation.ct2_convert`.

It adds what that converter lacks with transformers 5, whose M2M100 tokenizer no longer lists its language tokens among
the special ones: without them the vocabulary is a hundred tokens short, and the conversion is refused.
"""

from __future__ import annotations

from typing import Any

MADE_UP = "madeupword"


def with_languages(tokens: list[str], languages: dict[str, int]) -> list[str]:
    """The vocabulary with the language tokens where M2M100's embeddings have them: before the made-up words at the end.

    Args:
        languages: token -> its id.
    """
    lacking = [t for t in sorted(languages, key=lambda t: languages[t]) if t not in set(tokens)]
    at = next((i for i, t in enumerate(tokens) if t.startswith(MADE_UP)), len(tokens))
    return [*tokens[:at], *lacking, *tokens[at:]]


def main() -> None:
    """Convert as the arguments say."""
    from ctranslate2.converters import transformers as converter

    loader = converter._MODEL_LOADERS["M2M100Config"]
    plain = loader.get_vocabulary

    def get_vocabulary(model: Any, tokenizer: Any) -> list[str]:
        return with_languages(plain(model, tokenizer), getattr(tokenizer, "lang_token_to_id", {}))

    loader.get_vocabulary = get_vocabulary
    converter.main()


if __name__ == "__main__":
    main()
