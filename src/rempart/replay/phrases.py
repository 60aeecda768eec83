"""What people say in an invented wave: a small grammar in French and in English, plain and never graphic.

Those who speak under a hashtag borrow one another's words, so the phrases are few and shared by all; what tells people
apart is their details (age, month, place, what they did next) and which of them they give.
"""

import re
from typing import Literal

from rempart.records import Conduct, Service
from rempart.replay.dice import Dice

Language = Literal["fr", "en"]

OPENINGS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "À mon tour de parler.",
        "Je témoigne aussi.",
        "J'ai longtemps hésité à écrire ça.",
        "Je pensais être la seule.",
        "Merci à celles qui ont parlé avant moi.",
        "Bon, je me lance.",
        "J'en tremble encore mais voilà.",
        "Ça fait des mois que je garde ça pour moi.",
        "Je crée ce compte juste pour ça.",
        "",
        "",
    ),
    "en": (
        "My turn to speak.",
        "It happened to me as well.",
        "I hesitated for a long time before writing this.",
        "I thought I was the only one.",
        "Thank you to those who spoke before me.",
        "Ok, here goes.",
        "I kept this to myself for months.",
        "I made this account just to say it.",
        "",
        "",
    ),
}

DEEDS: dict[Language, dict[Conduct, tuple[str, ...]]] = {
    "fr": {
        "nude_request": (
            "{who} m'a demandé des photos dénudées",
            "{who} m'a réclamé des nudes plusieurs soirs de suite",
            "{who} voulait que je lui envoie des photos sans vêtements",
            "{who} insistait pour avoir des photos de moi nue",
        ),
        "sexual_messages": (
            "{who} m'a envoyé des messages à caractère sexuel",
            "{who} m'écrivait des choses sexuelles tous les soirs",
            "{who} m'a parlé de sexe alors que je ne demandais rien",
        ),
        "unsolicited_nudes": (
            "{who} m'a envoyé une photo de lui nu sans que je demande",
            "{who} m'a envoyé des photos intimes sans prévenir",
            "j'ai reçu une dick pic de {who}",
        ),
        "grooming": (
            "{who} me disait de n'en parler à personne et voulait me voir seule",
            "{who} m'a mise en confiance pendant des semaines puis a voulu un rendez-vous en secret",
            "{who} me disait que j'étais mature pour mon âge et que ça devait rester entre nous",
        ),
        "sextortion": (
            "{who} a menacé de publier mes photos si j'arrêtais de répondre",
            "{who} me faisait du chantage avec mes photos",
        ),
        "image_abuse": (
            "{who} a montré mes photos à ses amis sans mon accord",
            "{who} a publié une vidéo intime de moi sans mon accord",
        ),
        "sexual_assault": (
            "{who} m'a agressée sexuellement quand on s'est vus",
            "{who} m'a touchée alors que je disais non",
        ),
        "harassment": (
            "{who} m'a insultée et a envoyé ses abonnés contre moi",
            "{who} m'a harcelée quand j'ai arrêté de répondre",
            "{who} m'a menacée en message privé",
        ),
        "financial_exploitation": (
            "{who} m'a demandé de l'argent en me promettant un duo",
            "{who} réclamait des cadeaux en live contre un appel",
        ),
    },
    "en": {
        "nude_request": (
            "{who} asked me for nudes",
            "{who} kept asking me for naked pictures",
            "{who} wanted me to send pictures without clothes",
        ),
        "sexual_messages": (
            "{who} sent me sexual messages",
            "{who} kept writing sexual things to me at night",
        ),
        "unsolicited_nudes": (
            "{who} sent me a naked picture of himself that I never asked for",
            "{who} sent me intimate pictures out of nowhere",
        ),
        "grooming": (
            "{who} told me to keep it secret and wanted to meet me alone",
            "{who} said I was mature for my age and that it had to stay between us",
        ),
        "sextortion": (
            "{who} threatened to post my pictures if I stopped answering",
            "{who} blackmailed me with my pictures",
        ),
        "image_abuse": (
            "{who} showed my pictures to his friends without my consent",
            "{who} posted an intimate video of me without my consent",
        ),
        "sexual_assault": (
            "{who} sexually assaulted me when we met",
            "{who} touched me although I said no",
        ),
        "harassment": (
            "{who} insulted me and sent his followers after me",
            "{who} kept threatening me in private messages",
        ),
        "financial_exploitation": (
            "{who} asked me for money and promised a duet",
            "{who} wanted gifts on live in exchange for a call",
        ),
    },
}

AGES: dict[Language, tuple[str, ...]] = {
    "fr": ("J'avais {age} ans.", "j'avais {age} ans à l'époque.", "Je lui avais dit que j'avais {age} ans."),
    "en": ("I was {age}.", "I was {age} years old at the time.", "I had told him I was {age}."),
}

WHERE: dict[Language, tuple[str, ...]] = {
    "fr": ("sur {service}", "en privé sur {service}", "par {service}"),
    "en": ("on {service}", "in private on {service}", "over {service}"),
}

MET: dict[Language, tuple[str, ...]] = {
    "fr": (
        "On s'était parlé d'abord sur {service}.",
        "Il m'a ajoutée depuis {service}.",
        "Tout a commencé sur {service}.",
    ),
    "en": ("We first talked on {service}.", "He added me from {service}.", "It all began on {service}."),
}

DETAILS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "C'était en {month}.",
        "C'était après un concert à {town}.",
        "Ça a duré {number} semaines.",
        "Il a supprimé ses messages le lendemain.",
        "J'étais en {school}.",
        "Je l'ai bloqué au bout de {number} jours.",
        "Ma mère l'a découvert en {month}.",
        "Il disait avoir {number} ans de plus que moi.",
        "Je lui avais seulement demandé une dédicace.",
        "Une amie de {town} a vécu la même chose.",
        "Il m'écrivait vers {hour} h du matin.",
        "J'ai porté plainte en {month}.",
        "J'en ai parlé à l'infirmière du {place}.",
        "Il avait promis de venir à {town} pour mon anniversaire.",
    ),
    "en": (
        "It was in {month}.",
        "It was after a show in {town}.",
        "It went on for {number} weeks.",
        "He deleted his messages the next day.",
        "I was in {school}.",
        "I blocked him after {number} days.",
        "My mother found out in {month}.",
        "I had only asked for an autograph.",
        "A friend from {town} went through the same.",
        "He used to write at {hour} in the morning.",
        "I told the nurse at my {place}.",
    ),
}

CLOSINGS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "J'ai les captures.",
        "Ne restez pas seules.",
        "Faites attention.",
        "Voilà, c'est dit.",
        "Force à toutes.",
        "",
        "",
        "",
    ),
    "en": ("I have screenshots.", "Do not stay alone with this.", "Be careful.", "There, I said it.", "", "", ""),
}

# The same deeds as somebody else tells them.
TOLD: dict[Language, dict[Conduct, tuple[str, ...]]] = {
    "fr": {
        "nude_request": ("{who} lui a demandé des nudes", "{who} lui réclamait des photos dénudées"),
        "sexual_messages": ("{who} lui a envoyé des messages à caractère sexuel", "{who} lui parlait de sexe en privé"),
        "unsolicited_nudes": ("{who} lui a envoyé une photo de lui nu", "{who} lui envoyait des photos intimes"),
        "grooming": ("{who} voulait la voir seule et en secret", "{who} lui disait de n'en parler à personne"),
        "sextortion": ("{who} la menaçait de publier ses photos", "{who} lui faisait du chantage avec ses photos"),
        "image_abuse": ("{who} a publié une vidéo intime d'elle sans son accord",),
        "sexual_assault": ("{who} l'a agressée sexuellement", "{who} l'a touchée alors qu'elle disait non"),
        "harassment": ("{who} l'a harcelée et menacée", "{who} a envoyé ses abonnés contre elle"),
        "financial_exploitation": ("{who} lui a demandé de l'argent contre un duo",),
    },
    "en": {
        "nude_request": ("{who} asked her for nudes", "{who} kept asking her for naked pictures"),
        "sexual_messages": ("{who} sent her sexual messages",),
        "unsolicited_nudes": ("{who} sent her a naked picture of himself",),
        "grooming": ("{who} wanted to meet her alone and in secret",),
        "sextortion": ("{who} threatened to post her pictures",),
        "image_abuse": ("{who} posted an intimate video of her without her consent",),
        "sexual_assault": ("{who} sexually assaulted her",),
        "harassment": ("{who} threatened her and sent his followers after her",),
        "financial_exploitation": ("{who} asked her for money and promised a duet",),
    },
}

RELAYS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "Une amie me dit que {deed}.",
        "Ma cousine a vécu ça : {deed}.",
        "Je relaie pour une fille qui n'ose pas parler : {deed}.",
        "On m'a raconté que {deed}.",
        "Apparemment {deed}.",
    ),
    "en": (
        "A friend of mine says that {deed}.",
        "My cousin went through this: {deed}.",
        "Sharing for a girl who is afraid to speak: {deed}.",
        "I was told that {deed}.",
    ),
}

DISPUTES: dict[Language, tuple[str, ...]] = {
    "fr": (
        "{who} n'a jamais fait ça, arrêtez de mentir.",
        "Je connais {who} depuis longtemps, c'est faux.",
        "Aucune preuve contre {who}, vous voulez juste du buzz.",
        "Team {who}, on te soutient.",
        "Laissez {who} tranquille, il a toujours été respectueux avec moi.",
        "C'est un montage, {who} l'a expliqué en live.",
        "J'ai retiré ce que j'avais dit sur {who}, je m'étais trompée.",
    ),
    "en": (
        "{who} never did that, stop lying.",
        "I have known {who} for years and it is false.",
        "There is no proof against {who}, you just want attention.",
        "Leave {who} alone, he has always been kind to me.",
        "That screenshot is fake, {who} explained it on live.",
    ),
}

# What associations ask people to send: one's own facts between two sentences that all share.
TEMPLATES: dict[Language, tuple[tuple[str, str], ...]] = {
    "fr": (
        ("Je joins mon témoignage à l'appel collectif.", "J'accepte que l'association le transmette à la plateforme."),
        ("Avec d'autres, je signale ce compte.", "Je demande que les faits soient examinés et que l'on me réponde."),
        ("Témoignage recueilli par notre collectif.", "Je peux être recontactée par l'association si besoin."),
    ),
    "en": (
        ("I add my testimony to the joint call.", "I agree that the association passes it on to the platform."),
        ("Together with others I report this account.", "I ask that the facts be looked at and that I get an answer."),
        ("Testimony gathered by our group.", "The association may contact me again if needed."),
    ),
}

MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
TOWNS = (
    "Lille",
    "Rennes",
    "Lyon",
    "Nantes",
    "Metz",
    "Toulouse",
    "Namur",
    "Genève",
    "Brest",
    "Dijon",
    "Liège",
    "Angers",
    "Pau",
)
SCHOOLS: dict[Language, tuple[str, ...]] = {
    "fr": ("quatrième", "troisième", "seconde", "première", "terminale"),
    "en": ("year 8", "year 9", "year 10", "year 11", "my last year of school"),
}
PLACES: dict[Language, tuple[str, ...]] = {
    "fr": ("collège", "lycée", "foyer"),
    "en": ("school", "college", "youth club"),
}

SERVICE_NAMES: dict[Service, tuple[str, ...]] = {
    "tiktok": ("TikTok", "tiktok", "TT"),
    "snapchat": ("Snapchat", "snap", "Snap"),
    "instagram": ("Instagram", "insta", "Insta"),
    "discord": ("Discord", "discord"),
    "twitch": ("Twitch",),
    "youtube": ("YouTube", "youtube"),
    "twitter": ("Twitter", "X"),
    "whatsapp": ("WhatsApp", "whatsapp"),
    "telegram": ("Telegram",),
    "yubo": ("Yubo", "yubo"),
}

_LATER: dict[Language, tuple[str, ...]] = {
    "fr": (
        "L'an dernier",
        "Un soir",
        "Pendant des semaines",
        "Quand je l'ai connu",
        "Il y a deux ans",
        "Après un live",
    ),
    "en": ("Last year", "One evening", "For weeks", "When I first knew him", "Two years ago", "After a live"),
}


def deed(
    dice: Dice, language: Language, conduct: Conduct, who: str, service: Service | None, *, told: bool = False
) -> str:
    """What was done, as a clause: who did what, and where when a service is said; `told` by somebody else or not."""
    clause = dice.pick((TOLD if told else DEEDS)[language][conduct]).replace("{who}", who)
    if service is not None:
        clause += " " + dice.pick(WHERE[language]).replace("{service}", dice.pick(SERVICE_NAMES[service]))
    return clause


def own_details(dice: Dice, language: Language, number: int) -> list[str]:
    """Details that only somebody who was there gives, `number` of them."""
    return [
        sentence.format(
            month=dice.pick(MONTHS[language]),
            town=dice.pick(TOWNS),
            number=dice.integer(2, 9),
            school=dice.pick(SCHOOLS[language]),
            place=dice.pick(PLACES[language]),
            hour=dice.integer(1, 4),
        )
        for sentence in dice.some(DETAILS[language], number)
    ]


def testimony_text(
    dice: Dice,
    language: Language,
    *,
    who: str,
    conduct: list[Conduct],
    on: Service | None,
    met: Service | None,
    age: int | None,
    details: list[str],
) -> str:
    """A first-hand account in a few sentences, `details` among them."""
    sentence = _deeds(dice, language, who, conduct, on)
    if dice.chance(0.5):
        sentence = f"{dice.pick(_LATER[language])}, {sentence}"
    parts = [dice.pick(OPENINGS[language]), sentence[0].upper() + sentence[1:]]
    if age is not None:
        parts.append(dice.pick(AGES[language]).replace("{age}", str(age)))
    if met is not None:
        parts.append(dice.pick(MET[language]).replace("{service}", dice.pick(SERVICE_NAMES[met])))
    parts += details
    parts.append(dice.pick(CLOSINGS[language]))
    return " ".join(part for part in parts if part)


def template_text(
    dice: Dice,
    language: Language,
    *,
    who: str,
    conduct: list[Conduct],
    on: Service | None,
    age: int | None,
    number: int,
) -> str:
    """A first-hand account between the sentences of an association's template, the one of this number."""
    opening, closing = TEMPLATES[language][number % len(TEMPLATES[language])]
    sentence = _deeds(dice, language, who, conduct, on)
    parts = [opening, sentence[0].upper() + sentence[1:]]
    if age is not None:
        parts.append(AGES[language][0].replace("{age}", str(age)))
    return " ".join([*parts, closing])


def _deeds(dice: Dice, language: Language, who: str, conduct: list[Conduct], on: Service | None) -> str:
    deeds = [deed(dice, language, conduct[0], who, on)]
    deeds += [deed(dice, language, kind, _HE[language], None) for kind in conduct[1:]]
    return _AND[language].join(deeds) + "."


def unnamed(text: str, handle: str) -> str:
    """The text with `{who}` wherever it names this account, so that it can be said of another."""
    for name in (f"@{handle}", handle, handle.split(".", 1)[0].capitalize()):
        text = text.replace(name, "{who}")
    return text


def relay_text(dice: Dice, language: Language, *, who: str, conduct: Conduct) -> str:
    """What somebody heard from the person it happened to."""
    return dice.pick(RELAYS[language]).replace("{deed}", deed(dice, language, conduct, who, None, told=True))


def dispute_text(dice: Dice, language: Language, *, who: str) -> str:
    """What a fan answers."""
    return dice.pick(DISPUTES[language]).replace("{who}", who)


def slogan(language: Language, number: int, *, who: str) -> str:
    """What fans who were called upon all answer: the sentence of this number."""
    return DISPUTES[language][number % len(DISPUTES[language])].replace("{who}", who)


_STATED_AGE = re.compile(r"\b(1[3-9]|2[0-2])\b")


def language_of(text: str) -> Language:
    """The language that a text of this grammar is in."""
    words = set(text.lower().split())
    return "en" if len(words & _VOCABULARY["en"]) > len(words & _VOCABULARY["fr"]) else "fr"


def _vocabulary(language: Language) -> set[str]:
    deeds = [clause for told in (DEEDS, TOLD) for clauses in told[language].values() for clause in clauses]
    pools = (OPENINGS, AGES, WHERE, MET, DETAILS, CLOSINGS, RELAYS, DISPUTES, _LATER)
    sentences = [*deeds, *(sentence for pool in pools for sentence in pool[language])]
    sentences += [sentence for template in TEMPLATES[language] for sentence in template]
    return {word for sentence in sentences for word in sentence.lower().split() if "{" not in word}


_BOTH = _vocabulary("fr") & _vocabulary("en")
_VOCABULARY: dict[Language, set[str]] = {"fr": _vocabulary("fr") - _BOTH, "en": _vocabulary("en") - _BOTH}


def stated_age(text: str) -> int | None:
    """The age that a first-hand text of this grammar states, if any: it has no other number from 13 to 22."""
    found = _STATED_AGE.search(text)
    return int(found[0]) if found else None


_HE: dict[Language, str] = {"fr": "il", "en": "he"}
_AND: dict[Language, str] = {"fr": " et ", "en": " and "}
_TYPOS = (("qu", "k"), ("é", "e"), ("è", "e"), ("ai", "é"), ("ss", "s"), (" pas", " po"), ("ph", "f"), ("tt", "t"))


def blemish(dice: Dice, text: str) -> str:
    """The same words with the small differences of a copy: a typo, a case, an exclamation mark."""
    kind = dice.random()
    if kind < 0.35:
        return text
    if kind < 0.55:
        old, new = dice.pick(_TYPOS)
        return text.replace(old, new, 1)
    if kind < 0.7:
        return text.lower()
    if kind < 0.85:
        return text.rstrip(".") + "!" * dice.integer(1, 3)
    words = text.split(" ")
    del words[int(dice.random() * len(words))]
    return " ".join(words)
