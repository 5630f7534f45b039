"""What Spanish and Portuguese share: numbers that agree with what they count."""

from __future__ import annotations

import re

# endings that tell a noun's gender, and the everyday nouns that they tell wrongly
_FEMININE = re.compile(r"(?:as?|ci[oó]n(?:es)?|si[oó]n(?:es)?|dad(?:es)?|tad(?:es)?|tud(?:es)?|umbres?|ção|ções|são|sões|dades?|gem|gens|tudes?)$")  # fmt: skip
_MASCULINE_A = frozenset(
    """día días problema problemas mapa mapas tema temas sistema sistemas programa programas idioma idiomas clima
    planeta planetas drama dramas fantasma fantasmas diploma diplomas policía policías poema poemas dia dias telegrama
    telegramas cinema cinemas grama gramas quilograma miligrama pijama pijamas dilema dilemas atleta artistas centavos
    guardia guardias colega colegas""".split()
)  # fmt: skip
_FEMININE_OTHER = frozenset(
    """mujer mujeres noche noches vez veces parte partes mano manos calle calles clase clases llave llaves flor flores luz
    luces voz voces foto fotos moto motos muerte muertes leyes ley pared paredes imagen imágenes serie series sangre gente
    mulher mulheres noite noites vezes mão mãos flores luzes vozes mortes lei leis parede paredes chave chaves classe
    classes frase frases cruz cruces mil crianças milhas fases fase tarde tardes""".split()
) - {"mil"}  # fmt: skip


def agrees(word: str, not_counted: frozenset[str]) -> bool | None:
    """Whether the word after a figure is feminine; None where it is no noun that is counted."""
    low = word.casefold()
    if low in not_counted or len(low) < 3 or word[0].isupper():
        return None
    if low in _MASCULINE_A:
        return False
    return low in _FEMININE_OTHER or bool(_FEMININE.search(low))


NOT_COUNTED_ES = frozenset(
    """de del y o u a al en que por para con sin no se me te le nos lo la los las es era fue son eran está están estaba
    como si pero cuando donde menos más mas ya hay va van ni contra hasta desde entre según ella él ellos ellas mi tu su nada nuestra nuestro ayer hoy mil menos llega llegó termina
    empieza cierra sale será tiene quiere puede debe hace esta este muere murió empezó acaba acabó sigue""".split()
)  # fmt: skip
NOT_COUNTED_PT = frozenset(
    """de do da dos das e ou a ao à às em no na nos nas que por para pra com sem não se me te lhe é era foi são eram está
    estão estava como mas quando onde menos mais já há vai vão nem contra até desde entre mil ela ele eles elas você minha meu sua seu nossa nosso quando ontem hoje termina começa fecha sai
    será tem quer pode deve faz esta este morreu começou acaba acabou pela pelo fica igual""".split()
)  # fmt: skip


def sound_of(first: str, word: str, vowels: str) -> str:
    """What a stutter repeats: the first consonants with the word's own vowel, or the vowel."""
    match = re.match(rf"(?i)([^{vowels}\W\d_]*)([{vowels}]?)", word)
    if not match or not match[2] or re.match(rf"(?i)[{vowels}]", first):
        return first
    onset, vowel = match[1], match[2].translate(str.maketrans("áéíóúâêôãõà", "aeiouaeoaoa"))
    if onset.casefold() in ("qu", "q", "gu", "g") and re.match(r"(?i)(?:qu|gu)[eiéíêy]", word):
        onset, vowel = word[:2], word[2].translate(str.maketrans("áéíóúâêôãõà", "aeiouaeoaoa"))
    return (onset + vowel).lower()
