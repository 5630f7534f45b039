"""Copied dates and figures as the target's country writes them."""

from __future__ import annotations

import pytest

from localize.languages.notation import as_written_in


@pytest.mark.parametrize(
    ("source_text", "text", "source", "target", "wanted"),
    [
        ("We marry on 07/04/2026.", "Nos casamos el 07/04/2026.", "en", "es-419", "Nos casamos el 04/07/2026."),
        ("On 12/25/2025.", "Em 12/25/2025.", "en", "pt-BR", "Em 25/12/2025."),
        ("On 25/12/2025.", "Em 25/12/2025.", "en", "pt-BR", "Em 25/12/2025."),
        ("El 25/12/2025.", "On 25/12/2025.", "es", "en-US", "On 12/25/2025."),
        ("El 25/12/2025.", "Em 25/12/2025.", "es", "pt-BR", "Em 25/12/2025."),
        ("On July 4th.", "Em 04/07/2026.", "en", "pt-BR", "Em 04/07/2026."),
        ("You owe $3,250.50.", "Você deve $3,250.50.", "en", "pt-BR", "Você deve $3.250,50."),
        ("You owe $3,250.50.", "Debes $3,250.50.", "en", "es-419", "Debes $3,250.50."),
        ("It is 2.5 km and 1,000 m.", "São 2.5 km e 1,000 m.", "en", "pt-BR", "São 2,5 km e 1.000 m."),
        ("Room 1.500", "Quarto 1.500", "en", "pt-BR", "Quarto 1.500"),
        ("Custa R$ 1.250,50.", "It costs R$ 1.250,50.", "pt", "en-US", "It costs R$ 1,250.50."),
        ("At 7:05, 3, 4.", "Às 7:05, 3, 4.", "en", "pt-BR", "Às 7:05, 3, 4."),
    ],
)
def test_dates_and_figures(source_text: str, text: str, source: str, target: str, wanted: str) -> None:
    assert as_written_in(text, source_text, source, target) == wanted
