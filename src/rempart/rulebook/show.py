"""A rulebook as the public would read it: plain text, articles in their order."""

import textwrap

from rempart.rulebook.article import Article
from rempart.rulebook.book import Rulebook
from rempart.rulebook.words import APPROVED_BY, MEASURES_RULE, RISKS_NAMED, Language, duration, services

WIDTH = 88

_WORDS: dict[Language, dict[str, str]] = {
    "fr": {
        "heading": "Règlement {name}, version du {version}",
        "live": "Règlement en vigueur.",
        "replay_only": "Règlement donné pour comparaison seulement : il ne s'applique à personne.",
        "article": "Article {number}. {title}",
        "id": "Identifiant",
        "where": "Où cela compte",
        "conduct_on": "faits : {services}",
        "met_on": "contact commencé : {services}",
        "when": "Quand",
        "risk": "Pour éviter",
        "measure": "Ce qui est fait",
        "preventive": "C'est une précaution : personne n'a décidé que quelqu'un a fait quelque chose de mal.",
        "final": "C'est une décision prise une fois les faits établis ou la règle remplie, pas une précaution.",
        "lasts": "Combien de temps",
        "renewals": "{lasts}, puis au plus {renewals} fois autant si une autre personne le décide en disant pourquoi",
        "forever": "sans date de fin",
        "review": "Réexamen",
        "within": "par une personne, au plus tard après {review_within}",
        "approval": "Qui décide",
        "minors": "Si le compte est celui d'un mineur, ou si son âge n'est pas connu : toujours deux personnes.",
        "reply": "Répondre",
        "right": "oui, à tout moment ; et faire appel, gratuitement, devant quelqu'un d'autre",
        "no_right": "non",
        "colon": " : ",
    },
    "en": {
        "heading": "Rulebook {name}, version of {version}",
        "live": "Rulebook in force.",
        "replay_only": "Rulebook given for comparison only: it applies to nobody.",
        "article": "Article {number}. {title}",
        "id": "Identifier",
        "where": "Where it counts",
        "conduct_on": "facts: {services}",
        "met_on": "contact began: {services}",
        "when": "When",
        "risk": "To prevent",
        "measure": "What is done",
        "preventive": "This is a precaution: nobody has decided that anyone did anything wrong.",
        "final": "This is a decision taken once the facts are established or the rule is met, not a precaution.",
        "lasts": "How long",
        "renewals": "{lasts}, then at most {renewals} times as long again if another person decides so and says why",
        "forever": "without an end",
        "review": "Looked at again",
        "within": "by a person, at the latest after {review_within}",
        "approval": "Who decides",
        "minors": "If the account belongs to a minor, or its age is not known: always two people.",
        "reply": "Answering",
        "right": "yes, at any time; and appealing, free of charge, to somebody else",
        "no_right": "no",
        "colon": ": ",
    },
}


def as_text(rulebook: Rulebook, language: Language) -> str:
    """The whole rulebook in one language, ending with a line end."""
    words = _WORDS[language]
    heading = words["heading"].format(name=rulebook.name, version=rulebook.version)
    lines = [heading, "=" * len(heading), "", words[rulebook.use], *_wrapped(words["minors"])]
    for number, article in enumerate(rulebook.articles, start=1):
        lines += ["", *_article(article, number, language)]
    return "\n".join(lines) + "\n"


def _article(article: Article, number: int, language: Language) -> list[str]:
    words = _WORDS[language]
    then = " ; " if language == "fr" else "; "
    title = words["article"].format(number=number, title=article.title[language])
    lasts = words["forever"]
    if article.lasts is not None:
        lasts = duration(article.lasts, language)
        if article.renewals:
            lasts = words["renewals"].format(lasts=lasts, renewals=article.renewals)
    where = [words["conduct_on"].format(services=services(article.conduct_on, language))]
    where.append(words["met_on"].format(services=services(article.met_on, language)))
    rows = [
        ("measure", f"{MEASURES_RULE[language][article.measure]} {words[article.mode]}"),
        ("lasts", lasts),
    ]
    if article.review_within is not None:
        rows.append(("review", words["within"].format(review_within=duration(article.review_within, language))))
    rows += [
        ("approval", APPROVED_BY[language][article.approval]),
        ("reply", words["right"] if article.right_of_reply else words["no_right"]),
        ("risk", then.join(RISKS_NAMED[language][risk] for risk in article.answers)),
        ("where", then.join(where)),
        ("when", " ".join(article.when.split())),
        ("id", article.id),
    ]
    lines = [title, "-" * len(title), *_wrapped(article.text[language]), ""]
    for key, text in rows:
        lines += _wrapped(f"{words[key]}{words['colon']}{text}", indent="  ")
    return lines


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent * 2, break_on_hyphens=False)
