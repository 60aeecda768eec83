"""Invented posts for benchmarks/waves.py: everyday ones of many kinds in German, French and English, and waves.

Everyday posts come by kind (a tag keeps to one kind, mostly), and some kinds are near to what a testimony says: grief,
anger, quarrels about harassment and the courts, jokes, support. Texts of waves are those of the reading corpus and of
templates of our own; `real_texts` takes texts of any origin, one a line, a file a kind, instead of the invented ones.
"""
# ruff: noqa: E501 (a text is read better on one line)

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "tests" / "reading" / "corpus"

_SLOTS: dict[str, list[str]] = {
    "de_who": ["die Kanzlerin", "der Kandidat", "die Ministerin", "meine Nachbarin", "unser Bürgermeister", "die Opposition", "der Trainer", "mein Chef", "die Moderatorin", "ein alter Freund"],
    "de_what": ["das Klima", "die Rente", "die Schulen", "den Mindestlohn", "die Bahn", "die Impfung", "den Wohnungsbau", "die Steuern", "das Internet auf dem Land", "die Pflege", "Afghanistan", "die Flutopfer"],
    "de_feel": ["einfach nur traurig", "richtig wütend", "begeistert", "müde", "sprachlos", "stolz", "enttäuscht", "erleichtert", "gespannt"],
    "de_when": ["heute", "gestern Abend", "seit Jahren", "nächste Woche", "am Sonntag", "jeden Morgen", "schon wieder", "endlich"],
    "de_where": ["in Berlin", "im Bundestag", "in der Kneipe", "im Zug", "auf dem Marktplatz", "in Köln", "zu Hause", "im Stadion"],
    "fr_who": ["le ministre", "la maire", "mon voisin", "ma prof de maths", "le coach", "la chanteuse", "mon petit frère", "ma mère", "le candidat", "ma collègue", "un pote", "la présentatrice"],
    "fr_what": ["le climat", "les retraites", "la rentrée", "le prix de l'essence", "les profs", "l'hôpital", "le vaccin", "les loyers", "la 5G", "le match", "la série", "le concert"],
    "fr_feel": ["trop triste", "super énervée", "tellement contente", "fatigué", "choqué", "fière", "déçu", "soulagée", "dégoûté"],
    "fr_when": ["aujourd'hui", "hier soir", "depuis des mois", "lundi", "ce matin", "encore une fois", "enfin", "toute la semaine"],
    "fr_where": ["à Paris", "au lycée", "dans le bus", "chez moi", "au boulot", "à Lyon", "au stade", "sur la place"],
    "en_who": ["the minister", "my neighbour", "our coach", "the singer", "my little brother", "my mom", "the candidate", "my boss", "a friend of mine", "the host", "this guy at work", "the mayor"],
    "en_what": ["the climate", "pensions", "school", "petrol prices", "rent", "the vaccine", "the match", "this show", "the concert", "student loans", "the trains", "the new album"],
    "en_feel": ["so sad", "really angry", "so happy", "tired", "shocked", "proud", "let down", "relieved", "disgusted"],
    "en_when": ["today", "last night", "for years", "on Sunday", "this morning", "again", "finally", "all week"],
    "en_where": ["in London", "at school", "on the bus", "at home", "at work", "in town", "at the stadium", "online"],
    "n": [str(number) for number in range(2, 60)],
    "handle": ["mia.klr", "tom_dq", "lena.vx", "yanis.prd", "zoe_mtl", "nico.brx", "aya.lns", "max_uhl", "iris.cvd", "paul.rgn"],
    "emoji": ["", "", "😂", "😭", "❤️", "🙏", "😡", "🔥", "👏", "🤔"],
    "end": ["", ".", "!", "...", " !!", " lol", " mdr", "?"],
}  # fmt: skip

_KINDS: dict[str, list[str]] = {
    "politics": [
        "{de_who} redet {de_when} über {de_what}, aber tut nichts{end} {emoji}",
        "Wer glaubt noch, dass {de_who} {de_what} rettet{end} {n} Prozent sagen nein",
        "{de_when} Podium {de_where}: {de_what} und {de_what}. Kommt vorbei{end}",
        "Ich wähle, weil {de_what} mir wichtig ist. {de_who} hat mich überzeugt {emoji}",
        "{n} % in der neuen Umfrage, ich bin {de_feel}{end}",
        "{fr_who} promet {fr_what} {fr_when}, on y croit pas{end} {emoji}",
        "{fr_what} : {n} % des gens sont contre, et {fr_who} fait quoi{end}",
        "{en_who} keeps talking about {en_what} {en_when}, nothing changes{end} {emoji}",
        "{n}% of people want action on {en_what}. Vote{end}",
        "Lügenpresse oder Manipulation? {de_who} sollte {de_when} zurücktreten{end}",
    ],
    "news": [
        "{de_who} tritt {de_when} zurück, berichten Medien {de_where}",
        "Flash : {fr_who} annonce {n} mesures pour {fr_what} {fr_when}",
        "Breaking: {en_who} to speak about {en_what} {en_when} {en_where}",
        "Un homme de {n} ans jugé pour agression sexuelle {fr_where}, le procès s'ouvre {fr_when}",
        "Plainte pour harcèlement : {fr_who} entendu par la police {fr_when}",
        "Man, {n}, arrested for assault {en_where}, police say",
        "Court hears case against a man accused of sending explicit messages to teenagers {en_where}",
        "Prozess wegen sexueller Belästigung {de_where}: {n} Jahre alter Mann vor Gericht",
        "Enquête ouverte après des accusations de harcèlement {fr_where}, selon le parquet",
    ],
    "sad": [
        "je suis {fr_feel} {fr_when}, {fr_who} me manque tellement {emoji}",
        "{fr_when} j'ai pleuré {fr_where}, personne a vu{end} {emoji}",
        "mon chat est mort {fr_when} et je suis {fr_feel} {emoji}",
        "i'm {en_feel} {en_when}, miss {en_who} so much {emoji}",
        "cried {en_where} {en_when} and nobody noticed{end} {emoji}",
        "he left me after {n} months and i still sleep in his shirt {emoji}",
        "il m'a quittée après {n} mois {emoji} je fais quoi{end}",
        "Ich bin {de_feel} {de_when}. {de_who} fehlt mir {emoji}",
    ],
    "angry": [
        "{fr_who} m'a encore crié dessus {fr_where} {fr_when}, j'en ai marre{end}",
        "{fr_who} m'a menti sur {fr_what}, plus jamais{end} {emoji}",
        "on m'a volé mon vélo {fr_where} {fr_when}{end} {emoji}",
        "le SAV me demande {n} fois la même photo du colis, c'est du harcèlement{end}",
        "{en_who} yelled at me {en_where} {en_when}, so done{end} {emoji}",
        "this company keeps spamming me {en_when}, stop harassing me about {en_what}{end}",
        "someone stole my bike {en_where}{end} {emoji}",
        "{de_who} hat mich {de_where} angeschrien, ich bin {de_feel}{end}",
        "mon proprio me menace de m'expulser {fr_when}, {n} jours pour partir{end}",
        "my landlord threatened me {en_when} over {en_what}{end}",
    ],
    "jokes": [
        "ma mère m'a demandé une photo de mon assiette {fr_when}, {n} likes direct {emoji} mdr",
        "{fr_who} m'a envoyé un vocal de {n} minutes sur {fr_what}, au secours {emoji}",
        "mon chien m'a harcelé pour une frite {fr_where} {emoji}",
        "my mom asked me for a pic of my homework {en_when} {emoji} send help",
        "{en_who} sent me a {n} minute voice note about {en_what} lmao {emoji}",
        "my cat threatened me for tuna {en_when} {emoji}",
        "ptdr {fr_who} qui danse {fr_where} {fr_when} {emoji}",
        "Mein Hund hat mich {de_when} für ein Würstchen erpresst {emoji}",
    ],
    "debate": [
        "le harcèlement {fr_where} ça suffit, {n} % des filles sont touchées, il faut en parler{end}",
        "on parle de {fr_what} mais pas des violences faites aux femmes{end} {emoji}",
        "non c'est non, apprenez-le à vos fils{end} {emoji}",
        "les prédateurs sont partout sur internet, parents, vérifiez les téléphones {fr_when}",
        "courage à toutes celles qui parlent {fr_when} {emoji} on vous croit",
        "harassment {en_where} is real, {n}% of girls say so. Teach your sons{end}",
        "predators are everywhere online, parents check phones {en_when}",
        "i believe her. always will {emoji}",
        "false accusations ruin lives, {en_who} lost everything over a lie{end}",
        "fausses accusations, {fr_who} a tout perdu pour un mensonge{end}",
        "Sexuelle Belästigung {de_where} ist kein Kavaliersdelikt, {n} Prozent der Frauen kennen das",
        "une fille sur {n} a reçu des messages déplacés {fr_where}, étude publiée {fr_when}",
        "she said he touched her {en_where}, and people still defend him{end} {emoji}",
    ],
    "help": [
        "si quelqu'un te demande des photos, parles-en à un adulte ou appelle le 3018",
        "if anyone asks you for nudes, tell an adult and block them {emoji}",
        "rejoins notre collecte pour {fr_what} {fr_where} {fr_when} {emoji}",
        "we are collecting for {en_what} {en_where} {en_when}, {n} donors so far {emoji}",
        "Wir sammeln {de_when} für {de_what} {de_where}. Danke an {n} Helfer {emoji}",
        "vous n'êtes pas seules {emoji} notre association écoute {fr_when}",
    ],
    "fans": [
        "@{handle} je t'aime trop ta vidéo {fr_when} {emoji}",
        "@{handle} t'es trop beau {emoji} viens {fr_where} stp",
        "@{handle} love your song so much {emoji} see you {en_when}",
        "{n} jours avant le concert de @{handle} {emoji} {fr_feel}",
        "@{handle} und ich {de_where}, war so schön {de_when} {emoji}",
        "ratio @{handle} {emoji} on veut la partie {n}",
        "giveaway {en_when}: follow @{handle} and tag {n} friends {emoji}",
        "concours {fr_when} : suis @{handle} et gagne {n} places {emoji}",
    ],
    "sport": [
        "{n} buts {fr_when}, {fr_who} a été énorme {emoji}",
        "what a goal {en_when} {emoji} {en_who} must be {en_feel}",
        "{n}:1 {de_where}, {de_who} ist {de_feel} {emoji}",
        "l'arbitre nous a agressés {fr_where}, {n} cartons {emoji}",
    ],
}

_WAVE: dict[str, dict[str, list[str]]] = {
    "testimony": {
        "fr": [
            "j'avais {age} ans, @{him} m'a demandé des nudes sur {svc}. {more}",
            "@{him} m'écrivait tous les soirs, il voulait des photos de moi nue. {more}",
            "à {age} ans il m'a envoyé une photo de son sexe sans que je demande rien. c'était @{him}. {more}",
            "@{him} m'a menacée de publier mes photos si je lui en envoyais pas d'autres. {more}",
            "moi aussi. @{him}, {svc}, {age} ans. il a insisté pendant des semaines pour des photos intimes. {more}",
            "il disait que j'étais mature pour mon âge, j'avais {age} ans. @{him} m'a donné rendez-vous à l'hôtel. {more}",
            "j'ai longtemps hésité mais voilà : @{him} m'a forcée à l'embrasser dans sa loge, j'avais {age} ans. {more}",
            "@{him} m'a harcelée en dm après que j'ai dit non. {more}",
            "c {him} ki ma dmd des nud sur {svc} javais {age} ans jss tombee de haut. {more}",
            "victime de @{him} aussi, messages sexuels à {age} ans, j'ai tous les screens. {more}",
        ],
        "en": [
            "i was {age} when @{him} asked me for nudes on {svc}. {more}",
            "@{him} kept texting me every night asking for pictures of me naked. {more}",
            "he sent me a dick pic when i was {age}. it was @{him}. {more}",
            "@{him} threatened to leak my pictures if i didn't send more. {more}",
            "me too. @{him}, {svc}, i was {age}. he begged for nudes for weeks. {more}",
            "he said i was mature for my age, i was {age}. @{him} wanted to meet at his hotel. {more}",
            "it took me years to say it: @{him} groped me backstage when i was {age}. {more}",
            "@{him} harassed me in my dms after i said no. {more}",
        ],
    },
    "relay": {
        "fr": [
            "ma petite sœur avait {age} ans quand @{him} lui a demandé des nudes. {more}",
            "une amie n'ose pas parler : @{him} l'a menacée de publier ses photos. {more}",
        ],
        "en": [
            "my little sister was {age} when @{him} asked her for nudes. {more}",
            "my best friend is too scared to post: @{him} threatened to leak her pictures. {more}",
        ],
    },
    "support": {
        "fr": ["courage à toutes, on vous croit {emoji}", "merci de parler, vous n'êtes pas seules {emoji}", "force à vous {emoji} {more}", "partagez, il faut que ça s'arrête {emoji}"],
        "en": ["i believe you all {emoji}", "sending love to everyone speaking up {emoji}", "you are so brave {emoji} {more}", "share this, it has to stop {emoji}"],
    },
    "dispute": {
        "fr": ["@{him} ferait jamais ça, vous mentez pour le buzz", "aucune preuve, laissez @{him} tranquille", "encore des filles qui veulent du buzz mdr"],
        "en": ["@{him} would never do that, you're lying for clout", "zero proof, leave @{him} alone", "another fake story for likes lol"],
    },
    "hijack": {
        "fr": ["gagne un iPhone {n} en bio {emoji}", "moi je balance mon frère il a fini les pâtes mdr {emoji}", "c'est quoi ce hashtag {emoji}", "qui pour stream {emoji} ?"],
        "en": ["win an iPhone {n}, link in bio {emoji}", "exposing my dog for eating my homework lol {emoji}", "what is this hashtag about {emoji}", "anyone up for a stream {emoji} ?"],
    },
    "news": {
        "fr": ["un hashtag réunit des témoignages contre des créateurs, ce que l'on sait", "{n} témoignages en une nuit, la plateforme dit regarder"],
        "en": ["a hashtag gathers testimonies about creators, what we know", "{n} testimonies overnight, the platform says it is looking"],
    },
}  # fmt: skip
_MORE = {
    "fr": ["j'ose enfin le dire", "ça fait {n} mois que je dors mal", "j'en ai parlé à personne", "ma mère est au courant maintenant", "je tremble en écrivant", "je voulais juste que ça sorte", "voilà c'est dit", "plus jamais", "je garde les captures", "désolée pour les fautes", ""],
    "en": ["i can finally say it", "it's been {n} months", "i never told anyone", "my mom knows now", "my hands are shaking", "just needed to get this out", "there, i said it", "never again", "i kept the screenshots", "sorry for typos", ""],
}  # fmt: skip
_HIM = ["leo.vrtx", "nox_riv", "kyl.sdm", "enzo.drk", "dj_marwen", "tristan.ofl", "zak.prime", "noe_hltr", "max.vdv", "ilyes.gt"]  # fmt: skip


def _filled(template: str, dice: random.Random, slots: dict[str, list[str]]) -> str:
    while "{" in template:
        start = template.rindex("{")
        end = template.index("}", start)
        template = template[:start] + dice.choice(slots[template[start + 1 : end]]) + template[end + 1 :]
    return template


def everyday(dice: random.Random) -> tuple[list[str], Callable[[str], str]]:
    """The kinds of everyday posts, and what gives a text of a kind."""
    return list(_KINDS), lambda kind: _filled(dice.choice(_KINDS[kind]), dice, _SLOTS)


def real_texts(folder: Path, dice: random.Random) -> tuple[list[str], Callable[[str], str]]:
    """The same from files of texts, one a line, `KIND.txt`."""
    texts = {file.stem: file.read_text(errors="replace").splitlines() for file in sorted(folder.glob("*.txt"))}
    return list(texts), lambda kind: dice.choice(texts[kind])


def corpus() -> dict[str, list[str]]:
    """The annotated texts of the reading corpus by stance, without their hashtags."""
    found: dict[str, list[str]] = {}
    for file in sorted(CORPUS.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row: dict[str, Any] = json.loads(line)
            if row.get("repost_of"):
                continue
            text = " ".join(word for word in row["text"].split() if not word.startswith("#"))
            found.setdefault(row["stance"], []).append(text)
    return found


def wave_text(role: str, language: str, dice: random.Random, written: dict[str, list[str]] | None) -> str:
    """A text of a wave; half of them from `written` (texts by stance) where there are some of that role."""
    if written and written.get(role) and dice.random() < 0.5:
        return dice.choice(written[role])
    slots = {
        **_SLOTS,
        "him": _HIM,
        "more": _MORE[language],
        "age": [str(age) for age in range(11, 18)],
        "svc": ["snap", "insta", "tiktok", "discord"],
    }
    return _filled(dice.choice(_WAVE[role][language]), dice, slots)
