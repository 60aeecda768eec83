"""Numbers as words, folded, in French and English; who reads them takes those that cannot be mistaken there."""

FRENCH = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
}
_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty"
ENGLISH = {word: number for number, word in enumerate(f"{_UNITS} eighteen nineteen".split(), start=1)}
ENGLISH |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
_RANKS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth"
ORDINALS = {word: number for number, word in enumerate(_RANKS.split(), start=1)}
