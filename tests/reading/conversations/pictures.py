"""Pictures of invented conversations: as Tesseract's TSV, laid out by hand, and as a PNG, set with Typst."""

import typst

WIDTH = 780
CHARACTER = 12  # pixels
HIGH = 22
COLUMNS = "level page_num block_num par_num line_num word_num left top width height conf text"


def at_left(text, top, **more):
    return text, 40, top, more


def at_right(text, top, **more):
    return text, WIDTH - 40 - CHARACTER * len(text), top, more


def in_the_middle(text, top, **more):
    return text, (WIDTH - CHARACTER * len(text)) // 2, top, more


def tsv(*lines, height=700):
    """The TSV of lines given as (text, left, top, options): every word is CHARACTER wide a letter, and HIGH."""
    rows = [COLUMNS.split(), [1, 1, 0, 0, 0, 0, 0, 0, WIDTH, height, -1, ""]]
    for number, (text, left, top, more) in enumerate(lines, start=1):
        place = left
        for word in text.split(" "):
            wide = CHARACTER * len(word)
            rows.append([5, 1, number, 1, 1, 1, place, top, wide, more.get("high", HIGH), more.get("sure", 95), word])
            place += wide + CHARACTER
    return "\n".join("\t".join(map(str, row)) for row in rows) + "\n"


_SOURCE = r"""
#set page(width: 390pt, height: auto, margin: 12pt)
#set text(size: 16pt)
#let bubble(side, ground, ink, body, time) = align(side, block(fill: ground, radius: 10pt, inset: 9pt, spacing: 8pt)[
  #set align(left); #set text(fill: ink); #body #if time != none [#h(12pt)#text(size: 10.5pt, time)]])
#let them(body, time: none) = bubble(left, rgb("#e9e9eb"), black, body, time)
#let me(body, time: none) = bubble(right, rgb("#3797f0"), white, body, time)
#let notice(body) = align(center, block(spacing: 10pt, text(size: 12pt, body)))
#notice[12 juin 2020]
#them(time: "21:15")[Salut, tu viens au match demain ?]
#me(time: "21:16")[Oui, je viens avec Inès]
#me(time: "21:17")[On se retrouve \ devant la gare ?]
#notice[HIER 20:02]
#them[Parfait, à quelle heure ?]
"""


def png():
    """A conversation of four messages: dark on white at the left, light on blue at the right."""
    return typst.compile(_SOURCE.encode(), format="png", ppi=144)
