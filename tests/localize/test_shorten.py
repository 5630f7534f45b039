"""Lines said shorter by rule: nothing that is no word."""

from __future__ import annotations

import itertools

import pytest

from localize.languages import shorten
from localize.languages.dictionary import dictionary, words

ES_VERBS = """sonando volviendo pensando costando rodando contando jugando probando soltando colgando temblando negando regando
    calentando nevando helando acostando oliendo doliendo lloviendo riendo sonriendo friendo pidiendo vistiendo repitiendo eligiendo
    muriendo sintiendo mintiendo hablando llorando corriendo comiendo viviendo abriendo escribiendo saliendo poniendo haciendo trayendo
    buscando gritando mirando esperando bebiendo subiendo blando cuando estupendo mando fundando tronando forzando trocando rogando
    sembrando apostando tostando soñando almorzando despertando apretando cegando plegando serrando errando tentando sentando
    aprobando demostrando renovando resolviendo mordiendo torciendo cociendo cerniendo ascendiendo tendiendo vertiendo hirviendo
    adquiriendo inquiriendo muriéndose sigiloso huyendo construyendo graduando actuando enviando""".split()
PT_VERBS = """sonhando correndo doendo moendo querendo perdendo odiando passeando brando quando falando chorando gritando comendo
    vivendo escrevendo morrendo mentindo sentindo dormindo fazendo dizendo trazendo podendo sabendo crendo lendo vendo esperando
    buscando bebendo subindo freando nomeando semeando incendiando ansiando remediando mediando tremendo estupendo horrendo caindo
    saindo voando perdoando magoando abençoando enjoando roendo enviando averiguando enxaguando adequando apaziguando requerendo
    valendo cabendo ouvindo medindo pedindo servindo vestindo tossindo cobrindo engolindo fugindo rindo comando bando""".split()
ES_GOING = """saber tener poder hacer decir venir salir querer poner haber valer volver pensar comer vivir ayer cualquier mujer lugar
    hogar olvidar mentir morir caber oír reír prever deshacer mantener suponer convenir contradecir satisfacer sobresalir""".split()
ES = [
    *(f"{who}{is_} {verb}{rest}." for who, is_, verb, rest in itertools.product(
        ("Ella ", "", "Porque él "), ("está", "están", "estás"), ES_VERBS, (" ahora", " para casa", ""))),
    *(f"{who}{goes} a {verb} la verdad." for who, goes, verb in itertools.product(
        ("Usted ", "", "Pero él "), ("va", "van", "vas", "voy"), ES_GOING)),
]  # fmt: skip
PT = [
    f"{who}{is_} {verb}{rest}."
    for who, is_, verb, rest in itertools.product(
        ("Você ", "", "Mas eles ", "Porque ele "), ("está", "estão"), PT_VERBS, (" agora", " para a casa", ""))
]  # fmt: skip


@pytest.mark.parametrize(("tag", "lines"), [("es-419", ES), ("pt-BR", PT)])
def test_no_result_holds_a_word_that_is_none(tag: str, lines: list[str]) -> None:
    known = dictionary(tag)
    assert known is not None, "install hunspell-es and hunspell-pt-br"
    assert len(set(lines)) >= 1000
    made, wrong = 0, []
    for line in lines:
        had = set(words(line))
        for text in shorten.shorter(line, tag):
            made += 1
            new = [
                w for w in words(text) if w not in had and w.lower() not in {h.lower() for h in had} | shorten.SPOKEN
            ]
            wrong += [f"{line} -> {text}" for w in new if not known.knows(w)]
    assert made > 500
    assert not wrong


@pytest.mark.parametrize(
    ("tag", "text", "wanted"),
    [
        ("es-419", "El reloj está sonando.", "El reloj suena."),
        ("es-419", "Me está doliendo.", "Me duele."),
        ("es-419", "Ella está volviendo para casa.", "Vuelve a casa."),
        ("es-419", "Usted va a saber la verdad.", "Usted sabrá la verdad."),
        ("pt-BR", "Eles estão falando para o chefe.", "Falam pro chefe."),
    ],
)
def test_compound_tenses_become_simple_ones(tag: str, text: str, wanted: str) -> None:
    assert shorten.shorter(text, tag)[-1] == wanted


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es-419", "El pan está blando."),
        ("es-419", "Está riendo."),
        ("es-419", "Va a cualquier lugar."),
        ("es-419", "Comen para la cena."),
        ("pt-BR", "Está doendo."),
        ("pt-BR", "Está passeando."),
        ("pt-BR", "Está querendo."),
    ],
)
def test_what_would_be_no_word_or_another_stays(tag: str, text: str) -> None:
    assert shorten.shorter(text, tag) == []


def test_without_a_dictionary_no_word_form_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shorten, "dictionary", lambda _tag: None)
    assert shorten.shorter("Ella está volviendo para casa.", "es-419") == [
        "Está volviendo para casa.",
        "Está volviendo a casa.",
    ]
