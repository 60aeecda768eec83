"""What the rest of a hashtag says – support, news, jokes, hijacks, spam, defenders, replies – and how phones spell it.

A real wave is mostly this: the testimonies are a few in a hundred. Phrases are invented; `{who}` is one of the accounts
accused, `{tag}` the hashtag.
"""

import re
from collections.abc import Callable
from typing import Literal

from rempart.replay.dice import Dice, Weighted
from rempart.replay.phrases import TOWNS, Language

Talk = Literal["support", "dispute", "news", "joke", "question", "hijack", "spam", "chatter", "reply"]

TALK: Weighted[Talk] = Weighted(
    {
        "support": 0.34,
        "chatter": 0.16,
        "reply": 0.14,
        "joke": 0.1,
        "dispute": 0.09,
        "question": 0.06,
        "news": 0.05,
        "hijack": 0.04,
        "spam": 0.02,
    }
)

_FRENCH: dict[Talk, tuple[str, ...]] = {
    "support": (
        "Force à toutes celles qui parlent sous {tag}",
        "Je vous crois. {tag}",
        "Soutien total aux filles qui témoignent, vous êtes courageuses",
        "Si {who} a fait ça il doit s'expliquer, force aux filles",
        "Ne répondez jamais aux demandes de photos, gardez les captures et parlez-en à un adulte",
        "Le 3018 est gratuit et anonyme, appelez si ça vous arrive {tag}",
        "Portez plainte, même des mois après c'est possible. Courage",
        "Les plateformes doivent protéger les mineures, pas les stars {tag}",
        "Lisez les témoignages sous {tag} avant de parler",
        "Ma fille de {age} ans suit ces comptes, je suis sous le choc. Merci de parler",
        "Arrêtez de demander aux victimes pourquoi elles ont attendu",
        "Pensée à toutes celles qui n'osent pas encore {tag}",
        "À toutes : bloquez, signalez, gardez les preuves. On est avec vous",
        "Bravo à celle qui a lancé {tag}, il fallait du courage",
        "Je me désabonne de {who}, on ne soutient pas ça ici",
    ),
    "dispute": (
        "{who} est innocent jusqu'à preuve du contraire, calmez-vous",
        "Mdr vous croyez vraiment tout ce qu'on raconte sur {who} ?",
        "{tag} c'est juste des filles qui veulent du buzz",
        "J'ai parlé avec {who} plein de fois, jamais un mot déplacé",
        "Les captures contre {who} sont fausses, la police d'écriture n'est même pas la bonne",
        "Team {who} jusqu'au bout",
        "Diffamer {who} c'est puni par la loi je rappelle",
    ),
    "news": (
        "{tag} : des dizaines de jeunes filles accusent des vedettes des réseaux, la plateforme promet d'agir",
        "INFO - Ce que l'on sait de {tag}, le mot-clé qui secoue les réseaux",
        "La ministre demande une suspension préventive des comptes mis en cause {tag} https://presse.example/a{number}",
        "Le parquet de {town} ouvre une enquête après la publication de témoignages {tag}",
        "DIRECT. {tag} : {who} dément dans une vidéo https://presse.example/d{number}",
        "« Il m'écrivait tous les soirs » : notre enquête sur {tag} https://presse.example/e{number}",
        "{who} mis en cause par plusieurs internautes, son agence ne répond pas",
    ),
    "joke": (
        "Moi qui arrive sur {tag} pour les potins et qui repars en pleurant",
        "Mon crush ne m'a même pas répondu et eux ils trouvent le temps mdrrr",
        "Balance ton prof de maths il m'a mis {number}/20 {tag}",
        "Le stagiaire de la plateforme en train de lire {tag} comme si de rien n'était",
        "Balance ton frère il a fini les céréales {tag}",
        "{tag} mon chat m'a demandé des croquettes à 3h du matin, je témoigne",
        "Personne : … Absolument personne : … {who} : une vidéo d'excuses avec un fond gris",
    ),
    "question": (
        "Quelqu'un peut m'expliquer {tag} ?",
        "C'est qui {who} ? j'ai raté quoi",
        "Vous parlez de qui là ? {tag}",
        "Il s'est passé quoi avec {who} ?",
        "On peut signaler où si ça nous est arrivé ? {tag}",
        "C'est vrai ce qu'on dit sur {who} ou pas ?",
    ),
    "hijack": (
        "{tag} et si on parlait plutôt du prix de l'essence",
        "Pendant que vous êtes sur {tag} votre club perd encore {number}-0",
        "Votez pour la meilleure chanson de l'année ! {tag} #concours",
        "Concert à {town} samedi, il reste {number} places {tag}",
        "Manifestation à {town} demain 14h, soyez nombreux {tag}",
    ),
    "spam": (
        "Gagne {number}00€ par semaine depuis ton téléphone, lien en bio {tag}",
        "{number}000 abonnés gratuits ici >>> https://promo.example/{number} {tag}",
        "Code promo -{number}0% sur tout le site {tag} #bonplan",
        "Regarde la vidéo complète avant suppression https://clic.example/{number} {tag}",
    ),
    "chatter": (
        "{tag} en tendances numéro 1, enfin",
        "Ce mot-clé me fait froid dans le dos {tag}",
        "Je passe ma soirée à lire {tag}, je suis dégoûtée",
        "On avait prévenu depuis des mois, personne n'écoutait {tag}",
        "Les parents, regardez ce que vos enfants suivent {tag}",
        "2h que je lis {tag} et je n'arrive pas à dormir",
        "À quand le même mot-clé pour les youtubeurs",
        "Les marques vont-elles continuer à payer {who} ?",
        "Imagine être abonnée à {who} et découvrir ça",
        "Chaque fois que je recharge il y a un nouveau nom {tag}",
    ),
    "reply": (
        "Je te crois",
        "Courage à toi ❤️",
        "Viens mp si tu veux parler",
        "Tu as gardé les captures ?",
        "Merci d'avoir parlé",
        "Pourquoi tu l'as pas bloqué ?",
        "Mytho",
        "Source ?",
        "Exactement",
        "mdr arrête",
        "Prends soin de toi",
        "Porte plainte stp",
        "Tellement désolée de lire ça",
        "Et {who} il répond quoi ?",
    ),
}

_ENGLISH: dict[Talk, tuple[str, ...]] = {
    "support": (
        "I believe you all {tag}",
        "Sending love to every girl speaking up under {tag}",
        "If {who} did this he has to answer for it",
        "Keep the screenshots, tell an adult, report the account {tag}",
        "Platforms must protect minors and not their stars {tag}",
    ),
    "dispute": (
        "{who} is innocent until proven guilty",
        "Stop lying about {who} for clout",
        "Half of {tag} is fake and you know it",
    ),
    "news": (
        "{tag}: dozens of young people accuse social media stars, platform says it is looking into it",
        "Explained: what is {tag}? https://press.example/x{number}",
    ),
    "joke": (
        "Me opening {tag} for gossip and leaving in tears",
        "{tag} my cat asked for food at 3am",
    ),
    "question": ("What is {tag} about?", "Who is {who} and what did I miss?"),
    "hijack": ("{tag} anyway stream my new song", "Vote for us tonight! {tag} #awards"),
    "spam": ("Earn ${number}00 a week from home {tag}", "Free followers >>> https://promo.example/{number} {tag}"),
    "chatter": (
        "{tag} is trending, finally",
        "Cannot stop reading {tag}, I feel sick",
        "Another name every minute {tag}",
    ),
    "reply": (
        "I believe you",
        "Stay strong",
        "Did you keep the screenshots?",
        "Source?",
        "so sorry this happened to you",
    ),
}


def say(dice: Dice, talk: Talk, language: Language, *, who: str, tag: str) -> str:
    """One sentence of this kind of talk."""
    phrase = dice.pick((_FRENCH if language == "fr" else _ENGLISH)[talk])
    return phrase.format(
        who=who, tag=tag, number=dice.integer(1, 19), town=dice.pick(TOWNS), age=dice.integer(11, 15)
    )  # fmt: skip


_EMOJI = ("😭", "💔", "🤮", "😡", "❤️", "🙏", "😤", "💀", "🥺", "✊", "👏", "😂", "🤡", "‼️", "👀")
_ACCENTS = str.maketrans("éèêëàâùûîïôçÉÈÀÂÇ", "eeeeaauuiiocEEAAC")
_SMS = (
    (re.compile(r"\bqu[e']", re.IGNORECASE), "k"),
    (re.compile(r"\bquoi\b", re.IGNORECASE), "koi"),
    (re.compile(r"\bc'est\b", re.IGNORECASE), "c"),
    (re.compile(r"\bj'ai\b", re.IGNORECASE), "g"),
    (re.compile(r"\bj'avais\b", re.IGNORECASE), "javais"),
    (re.compile(r"\bm'a\b", re.IGNORECASE), "ma"),
    (re.compile(r"\bpas\b", re.IGNORECASE), "pa"),
    (re.compile(r"\bbeaucoup\b", re.IGNORECASE), "bcp"),
    (re.compile(r"\btoutes?\b", re.IGNORECASE), "tt"),
    (re.compile(r"\bparce que\b", re.IGNORECASE), "pck"),
    (re.compile(r"\bquand\b", re.IGNORECASE), "qd"),
    (re.compile(r"\bphotos\b", re.IGNORECASE), "tof"),
    (re.compile(r"\byou\b", re.IGNORECASE), "u"),
    (re.compile(r"\bbecause\b", re.IGNORECASE), "bc"),
)
_LEET = (("nudes", "nud3s"), ("nude", "nvde"), ("sexuel", "s3xuel"), ("sexual", "s3xual"), ("victime", "v1ctime"))
_KEPT = re.compile(r"(\S*[@#]\S+|https?://\S+|\S+\.\S+)")


def as_typed(dice: Dice, text: str) -> str:
    """The text as a phone would send it: SMS spelling, lost accents, disguised words, capitals, emoji. Addresses,
    handles and hashtags stay as they are."""
    if dice.chance(0.35):
        text = _outside(text, lambda part: part.translate(_ACCENTS))
    if dice.chance(0.25):
        text = _outside(text, lambda part: _sms(dice, part))
    if dice.chance(0.08):
        for word, disguise in _LEET:
            text = text.replace(word, disguise)
    draw = dice.random()
    if draw < 0.15:
        text = _outside(text, str.lower)
    elif draw < 0.19:
        text = _outside(text, str.upper)
    if dice.chance(0.1):
        text = text.replace(". ", "\n")
    if dice.chance(0.3):
        text += " " + dice.pick(_EMOJI) * dice.integer(1, 3)
    return text


def _outside(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if place % 2 else change(part) for place, part in enumerate(_KEPT.split(text)))


def _sms(dice: Dice, text: str) -> str:
    for pattern, short in _SMS:
        if dice.chance(0.7):
            text = pattern.sub(short, text)
    return text
