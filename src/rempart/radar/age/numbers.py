"""Ages in numbers: « j'ai 11 ans », « bientôt 12 », "im 11", "turning 12 next week", "11 yo", "my 12th birthday"."""

import re
from collections.abc import Iterator

from rempart.radar.age.births import DATE
from rempart.radar.age.dates import YEAR, When, days_of, when_before, when_follows
from rempart.radar.age.signs import Ages, Sign, at_age
from rempart.radar.age.text import Text, bag

YOUNGEST, OLDEST = 4, 95
_GROWN = 18  # an age from here on is no reason to look at an account
NUMBER_WORDS = {
    "cinq": 5,
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
    "five": 5,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "twelf": 12,
    "onz": 11,
}
_ORDINALS = {
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "eleventh": 11,
    "twelfth": 12,
    "thirteenth": 13,
    "fourteenth": 14,
}
_NUMBER = re.compile(
    r"(?<![\d.,:/#€$£%+=_\u2044-])(?:(?P<digits>\d{1,2})(?!\d|[.,:/\u2044]\d|\s?-\s?\d|\s?[%€$£°]|\u2044)"
    r"|(?<![a-z])(?P<word>" + "|".join(sorted([*NUMBER_WORDS, *_ORDINALS], key=len, reverse=True)) + r")(?![a-z]))"
)
_HALF = r"(?: ?ans?)? ?(?:et demie?|1\u20442|and a half|& a half|½)"
_UNIT = re.compile(
    rf"(?P<half>{_HALF})?(?:(?P<ans>\s?(?:[a4]ns?|annees?|piges?|balais|printemps)(?![a-z]))"
    r"|(?P<old>[ -]?(?:(?:y(?:ea)?rs?|year'?s)[ -]?(?:olds?|young)|y ?/ ?o|y\.? ?o\.?|y/?old|yos?"
    r"|years of age|yrs? o)(?![a-z]))"
    r"|(?P<years>\s?(?:years?|yrs?|y)(?![a-z0-9])))?"
    rf"(?P<half2>{_HALF})?"
)
# What makes of « 11 ans » a length of time or a rule.
_DURATION = re.compile(
    r"\s?(?:d'(?!age(?! mental))|d(?:experience|ecart|anciennete|amour|amitie|existence)|de (?!mat(?:h"
    r"|ernelle))|du |depuis|ensemble|pile poil|plus tard|apres"
    r"|avant|qu[e']|passes?|deja (?:que|qu)"
    r"|sans |a (?:faire|attendre|bosser|tenir)|d'ecart|dans (?:ma tete|mon c|le corps|l'ame|mon ame|la vie"
    r"|le metier|le milieu|l'asso)|au (?:compteur|club)|mentale|d'age mental|(?:de )?moins"
    r"|(?:de )?plus(?! t)|minimum|mini(?![a-z])|maxi?m?(?:um)?(?![a-z])|et \+|et plus|ou plus|requis"
    r"|d'affilee|consecutif|en (?:arriere|entreprise)|\+"
    r"|avec (?:lui|elle|toi|mon (?:mec|copain|mari)|ma (?:femme|meuf))|a tes cotes|a ses cotes|au service"
    r"|sur (?:cette|terre)|pour (?:apprendre|comprendre|en arriver)"
    r"|\s?(?:anniversary|ago|later|in(?:to)? (?:the|a|my|this|tech|business|teaching)|of (?!age)|together"
    r"|clean|sober|strong|married|straight|running|experience|older|younger|apart|deep|since|with|after"
    r"|before|from now|post|and counting|free|cancer)(?![a-z]))"
)
_YEARS_ARE_AGE = re.compile(r"\s*(?:$|[.,!?)(|\n]|[^\x00-\x7f]|and (?:i|my|in|love|a|im|i'm)|lol|girl|boy|but|so )")
# What a number without a unit after « i'm » or « j'ai » may be followed by, to be an age.
_PLAIN_AFTER = re.compile(
    r"\s*(?:$|[!.?)(|\n…~;:](?!\d)|,\s?(?!\d)|[^\x00-\x7f]|['\"](?!\s?\d)|-\s|/ ?[a-z]"
    r"|(?:and|but|so|from|lol|lmao|haha|hehe|btw|she|he|they|now|tomorrow|tmrw?|today|next|soon|this"
    r"|female|male|girl|boy|f|m|going|turning"
    r"|almost|until|atm|rn|too|tho|though|&|living|live|who|i|im|my|not|already|still|please|pls|idk|ok"
    r"|bientot|et|mais|donc|mtn|maintenant"
    r"|demain|dans|en|le|la|ajd|mdr|ptdr|jsuis|je|j|moi|fille|garcon|in (?:a|two|three|\d|jan|feb|mar|apr"
    r"|may|jun|jul|aug|sep|oct|nov|dec|6th|5th|4th|7th|year|yr|grade|middle|elem)|on (?:the|mon|tue|wed"
    r"|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d)|because|cuz|bc|can|don'?t|just"
    r"|yes|turn|years|w/|with|we|and)(?![a-z]))"
)
_NOT_AGE_AFTER = re.compile(
    r"\s?(?:%|cm|mm|kg|kilos?|kgs|lbs?|pounds?|feet|foot|ft|inch\w*|in(?=[ .,)]*$)|\"|''|minutes?|mins?"
    r"|min|hours?|hrs?|heures?|days?|jours?|weeks?|semaines?|months?|mois|miles?|km|k(?![a-z])|m(?=[ .,]|$)(?!\s?[|/•])"
    r"|st(?![a-z])|nd(?![a-z])|rd(?![a-z])|th(?![a-z])|e(?![a-z])|eme|h(?![a-z])|out of|points?|pts?"
    r"|followers?|abonnes?|subs|episodes?|chapters?|pages?|levels?|niveaux?|away|short|dollars?|bucks"
    r"|euros?|balles|games?|goals?|buts|percent"
    r"|people|personnes?|others?|times?|fois|of (?:them|us|my|the|\d)|sur \d|a la suite|in a row|in line"
    r"|and 0|a \d|likes?|vues|views|videos?|vids|coups|pour cent|/ ?\d|x(?![a-z])|mg|ml|°|degres|degrees"
    r"|gb|go(?![a-z])|fps|hp|am(?![a-z])|pm(?![a-z])|o'?clock|of spades)"
)
_THINGS_AFTER = re.compile(
    r"\s?[-–]?\s?(?:(?!yes|always|as |is |was |guys|bros)[a-z]+s(?![a-z])|['\"]\s?\d|\d"
    r"|(?:th|nd|foot|deep|down|up|over|under|behind|ahead|inches|million|mil|thousand|grand|percent)(?![a-z]))"
)
_FILLER = re.compile(
    r"(?:^|(?<=[^a-z0-9]))(?:que|qu'|seulement|juste|tout juste|tt juste|a peine|deja|maintenant|mtn"
    r"|actuellement|genre|environ|officiellement|enfin|toujours"
    r"|encore|pile|exactement|vraiment|vrmt|donc|now|just|only|like|about|literally|actually|currently"
    r"|still|finally|officially|already|barely|legit"
    r"|exactly|really|fully|technically|en fait|du coup|around|fucking|freaking|fr|les|tt|the big|la"
    r"|:|=|de)[\s,:]*$"
)
_SOON = re.compile(
    r"(?:^|(?<=[^a-z0-9]))(?:bientot|bi1to|biento|presque|pratiquement|quasi(?:ment)?|almost|nearly|soon"
    r"|pas encore|not yet|about to (?:be|turn)|going on(?: to)?|sur|close to|approaching|basically almost"
    r"|nearly|pretty much|soon to be|about to be|deja bientot)[\s,:]*$"
)
_OWN = re.compile(
    r"(?:^|(?<=[^a-z0-9']))(?:(?P<have>(?:moi |perso |et |mais )?(?:j ?' ?ai|j ai|jai+|jé|jay|j'?aie"
    r"|j ?'?en ai|jen ai|ge?(?=\s?$)|jsuis agee? de|je suis agee? de|chuis? agee? de|suis agee? de"
    r"|agee? de|mon age c'?est|mon age est|mon age|du haut de mes|moi c'?est|moi|perso)"
    r"|i ?' ?m|im|i am|iam|(?:not )?me being|being|my age is|my age|i (?:really |actually |literally "
    r"|legit |honestly )am|guess who'?s|(?:we'?re|we are|are) (?:both|all)|on a(?: tou\w+(?: les (?:deux"
    r"|trois|2|3))?)?|i'm aged|im aged|aged|me|i be|am)"
    r"|(?P<will>j ?'?aurai|j ?'?aurais bientot|(?:je|j') ?(?:vais|vai) (?:avoir|faire|feter mes|sur mes)"
    r"|jv(?:ais|ai|a)? (?:avoir|faire|feter mes|sur mes)|je fete(?:rai)?(?: mes)?|on fete(?:ra)? mes"
    r"|je passe a|je prends|jprends"
    r"|i ?'?ll be|i will be|i turn|(?:i ?'?m|i am)? ?turning|(?:i ?'?m |i am )?(?:gonna|going to) (?:be"
    r"|turn)|i ?'?ll turn|(?:i ?'?m )?about to (?:be|turn)|i become|i get to be|i'm becoming)"
    r"|(?P<had>j ?'?ai eu|g eu|(?:je )?viens d ?'?avoir|jviens d'avoir|j ?'?ai (?:deja )?fete mes"
    r"|(?:je )?viens de (?:feter mes|faire)|j ?'?ai pris|i (?:have )?(?:just |finally |officially "
    r"|recently )?turned|just turned|i'?ve (?:just )?turned|finally turned|officially turned|turned"
    r"|i became|i hit|officially|i just became)"
    r"|(?P<mine>mes|c ?'?est mes|pour mes|anniv(?:ersaire)? (?:de|pour) mes|de mes|fete (?:de|pour) mes"
    r"|c'etait mes|my|for my|on my))[\s:,]*$"
)
_NOT_BEFORE = re.compile(
    r"(?:^|(?<=[^a-z0-9]))(?:il y ?a|y ?a|ya|ca fait|depuis|pendant|dans|apres|avant|tous les|chaque"
    r"|plus de|moins de|d'ici|durant|vers|jusqu'?a|les|des|aux|ces|derniere?s?|premiere?s?|prochaine?s?"
    r"|entre|a partir de|interdit aux|a|avait|aura|ont|as|avez|aurait|aurais|avais|avions|j'?avais"
    r"|j'?aurais|j'?avai|fete ses|ses|son|sa|leurs?|tes|vos|over|under|above|below|for|in|after|before"
    r"|past|last|next|every|than|least|most|between|at|since|by"
    r"|to|was|were|is|are|be|been|n°|no|numero|number|page|top|chapitre|chapter|episode|ep|level|lvl"
    r"|niveau|room|salle|jour|day|saison|season|iphone|galaxy|ps|windows|tome|vol|part|partie|gen|group"
    r"|grade|year|yr|bus|ligne|route|channel|x|fois|et de|sous|des|-|plus|over|fortnite|fifa|nba|ios"
    r"|android|under|u|feat|le|du|au)[\s:]*$"
)
_NEGATED = re.compile(r"(?:^|[^a-z])(?:pas|plus|not|n'ai|no longer|ain'?t|isn'?t|never|jamais|aucun)\s*$")
_UNDER_YET = re.compile(r"(?:meme pas|pas encore|not even|not yet|pas tout a fait)\s*$")
_YET = re.compile(r"[^.!?\n]{0,6}(?:encore|yet|tout a fait)(?![a-z])")
_OWN_ARTICLE = re.compile(
    r"(?:^|[^a-z])(?:i'?m|i am|im|as|just|hi|hey|hello|am) (?:just |only |literally |like )?an?\s*$"
)
_BIRTHDAY = re.compile(r"(?:anniv|birthday|bday|b-day|🎂|🎉|🥳|🎈|🎁|bougie|happy)")
_MY_BIRTHDAY = re.compile(r"(?<![a-z])(?:mon anniv|mon bday|my b-?day|my birthday)")
_BIRTHDAY_AFTER = re.compile(r"(?:th|st|nd|rd)? ?(?:birth ?day|b-?day|bday|birfday)(?![a-z])")
_OF_ADULTS = re.compile(r"(?:experience|metier|career|carriere|mariage|married|industry)")
_MENTALLY = re.compile(
    r"[^.!?\n]{0,14}(?:mentale?(?:ment)?|dans ma tete|dans mon c|at heart|mentally|inside|in (?:dog|human"
    r"|cat) years|at (?:most|best) |apparently|in my head|in my mind|emotionally|again(?! tomorrow)"
    r"|all over|en annees? (?:de )?chien|ou quoi|or (?:what|something)|de maturite|de mon ame|quand (?:je"
    r"|j')|when(?:ever)? i (?:see|hear|play|watch|laugh)|forever|(?:and|&) (?:this is deep|what is this)"
    r"|(?:in|on|sur|dans) (?:this|cette|la|ce|that|the) (?:one|video|vid|pic|photo|picture|clip|story|tof)"
    r"|here(?= (?:lol|omg|awww*)))(?![a-z])"
)
_ENDS = re.compile(r"\s*(?:$|[!.?\n]|[^\x00-\x7f])")
_OLD_THINGS = re.compile(
    r" (?:\w+ )?(?:scotch|whiske?y|rum|bourbon|wine|cheese|account|phone|car|laptop|song|game|tweet|post"
    r"|video|house|tree|building"
    r"|bug|code|photo|picture|son|daughter|dog|cat|horse|brother|sister|cousin|nephew|niece|movie|album"
    r"|tech|brain|humou?r|me|self|myself)(?![a-z])"
)
_PERSON_OF = re.compile(
    r"(?:^|[^a-z])(?:fille|garcon|gamer|gameuse|danseuse|danseur|gymnaste|cavaliere?|footeux|footballeuse"
    r"|collegienne?|ecoliere?|enfant|petite?|ptite|meuf|mec|gamine?|jeune(?: \w+)?|nageuse|nageur"
    r"|patineuse|chanteuse|chanteur|artiste|actrice|acteur|youtubeu\w+|tiktok\w+|streame\w+|dessinatrice"
    r"|dessinateur|joueu\w+|fan \w+) de\s*$"
)
_CAREFREE_BIO = re.compile(r"^(?:[a-z]{2,14}(?: [a-z]{2,12})?)?[\s:'-]*$")
_ASL = re.compile(r"^\s?[/ ]?\s?(?:f|m|g|nb|girl|boy|fille|garcon|female|male|she|he|her|him)(?![a-z0-9])")
_NOT_NAMES = bag(
    "top number numero ig insta snap since depuis level lvl est size page day jour plus moins over under psg "
    "om ol fan team x tome saison season iphone ps games chapter part gate rang place room bus ligne dept le "
    "la les du au aux des a en dans et and of in at on to for by the ep vol no"
)
_MATES = re.compile(
    r"(?:\d ?ans(?![a-z])|mon age|my age|quel(?:le)? age|how old|age\s?\?|asl|t'as quel age"
    r"|tu as quel age)"
)
_OTHERS_DO = re.compile(r"(?:^|[^a-z])(?:a|is|are|was|turns?|fete|fetera|aura|going to be|gonna be|'s|s)\s*$")


_WISHES = re.compile(
    r"(?<![a-z])(?:wish i (?:was|were)|can'?t wait (?:to (?:be|turn|hit)|till i'?m|until i'?m|til i'?m)"
    r"|(?:hate|pressee?|impatiente?) d'avoir"
    r"|hate d'etre a|vivement (?:mes|que j'?aie)|reve d'avoir) (\d{1,2})(?![\d.,:/%]|\s?(?:k|m|million"
    r"|abonnes|followers|euros))"
)
_DAYS_TO_GO = re.compile(
    r"(?<![a-z])j ?- ?(\d{1,3})\s?(?:avant|pour|jusqu'a) (?:mes|mon|les) (\d{1,2}) ?(?:ans"
    r"|e anniv)"
)
_IN_A_NAME = re.compile(r"(?<![a-z])[a-z]{2,14}[._-]?(\d{1,2})ans(?![a-z])")
_LIKE_ME = re.compile(r"(?: ?(?:ans?|yo|years old))? ?(?:aussi )?(?:comme moi|like me|et comme moi)(?![a-z])")
_NOW_AT = re.compile(
    r"(?:^|[^a-z])a (\d{1,2}) ans(?: et \w+(?: mois)?)?,? (?:je (?:peux|suis|fais|sais|joue|veux|vais|dois"
    r"|trouve|pense|confirme)|j'ai deja)(?![a-z])"
)
_HAVE_BEEN = re.compile(
    r"(?<![a-z])i'?ve been (\d{1,2}) for (?:like |about |only |just )?(?:a|an|one|two|\d+) (?:days?|weeks?"
    r"|months?)(?![a-z])"
)
_FRENCH_HAVE = re.compile(r"(?!guess|my)(?:j|g|moi|perso|mais|et |mon|age|suis|chui|du haut)")
_COUNTDOWN = re.compile(
    r"(?<![\d.,:/])(\d{1,2}|un|une|deux|trois|one|two|three|a) (?:more |petits? |little )?(ans?|annees?"
    r"|mois|semaines?|jours?|years?|yrs?|months?|weeks?|days?)"
    r"(?: (?:et|and) (\d{1,2}|un|deux|trois|one|two|three|a) (mois|semaines?|jours?|months?|weeks?|days?))?"
    r"[^.!?\n]{0,16}?(?<![a-z])(?:avant|jusqu'a|til+|until|before|pour|to)(?![a-z])[^.!?\n]{0,12}?"
    r"(?:(?<![a-z])(?:mes|mes les|que j'?aie|d'avoir|avoir|i'?m|i am|i turn|i hit|i'?ll be|i be|turning|my"
    r"|im)) (\d{1,2})(?!\d)"
)


def _younger(value: int) -> Ages:
    """The ages of those who speak of the day when they will be so old."""
    return ((value - 2.0, float(value), 1.0), (value - 4.0, value - 2.0, 0.5), (value - 7.0, value - 4.0, 0.15))


def countdowns(text: Text) -> Iterator[Sign]:
    """« plus que 3 mois avant mes 13 ans », "2 more years until i turn 13"; and "I've been 12 for a week"."""
    for found in _HAVE_BEEN.finditer(text.folded):
        yield Sign("age", at_age(int(found[1]), int(found[1]) + 1), 0.9, found.start(), found.end(), explicit=True)
    for found in _WISHES.finditer(text.folded):
        value = int(found[1])
        if value <= OLDEST and text.subject(found.start()) != "other":
            ages = ((value - 2.0, float(value), 1.0), (value - 4.0, value - 2.0, 0.5), (value - 7.0, value - 4.0, 0.15))
            yield Sign(
                "to_come",
                ages,
                0.75 if value <= _GROWN - 5 else 0.5,
                found.start(),
                found.end(),
                primary=value < _GROWN,
            )
    for found in _DAYS_TO_GO.finditer(text.folded):
        value, days = int(found[2]), float(found[1])
        to_go = at_age(value - (days + 2) / YEAR, value - max(days - 2, 0.0) / YEAR)
        yield Sign("age", to_go, 0.9, found.start(), found.end(), primary=value < _GROWN, explicit=True)
    for found in _NOW_AT.finditer(text.folded):
        if 6 <= int(found[1]) < _GROWN and not text.framed(found.start()):
            yield Sign("age", at_age(int(found[1]), int(found[1]) + 1), 0.75, found.start(), found.end())
    if text.bio:
        for found in _IN_A_NAME.finditer(text.folded):
            if 6 <= int(found[1]) < _GROWN and found[0][:3] != "jai":
                yield Sign("age", at_age(int(found[1]), int(found[1]) + 1), 0.7, found.start(), found.end())
    for found in _COUNTDOWN.finditer(text.folded):
        value = int(found[5])
        days = days_of(found[1], found[2]) + (days_of(found[3], found[4]) if found[3] else 0.0)
        slack = max(1.0, days * 0.1) + (15.0 if found[2][0] in "ay" and not found[3] else 0.0)
        if YOUNGEST <= value <= OLDEST and text.subject(found.start()) != "other":
            to_go = at_age(value - (days + slack) / YEAR, value - max(days - slack, 0.0) / YEAR)
            yield Sign("age", to_go, 0.88, found.start(), found.end(), explicit=True)


def ages_told(text: Text) -> Iterator[Sign]:
    """The signs that the numbers of a text are."""
    dates = [found.span() for found in DATE.finditer(text.folded)]
    previous: tuple[int, int] | None = None  # an age that the owner told, and where: « 11 going on 12 »
    for found in _NUMBER.finditer(text.folded):
        if found["digits"]:
            value = int(found["digits"])
        else:
            value = NUMBER_WORDS.get(found["word"], 0) or _ORDINALS[found["word"]]
        if not YOUNGEST <= value <= OLDEST or any(low <= found.start() < high for low, high in dates):
            continue
        sign = _read(text, found, value, previous)
        if sign is not None:
            if sign.ages[0][0] >= YOUNGEST - 1:
                previous = value, sign.end
            yield sign if value < _GROWN else sign._replace(primary=False)


def _read(text: Text, found: re.Match[str], value: int, previous: tuple[int, int] | None) -> Sign | None:  # noqa: PLR0911, PLR0912
    folded, start = text.folded, found.start()
    if found["word"] in _ORDINALS or _BIRTHDAY_AFTER.match(folded, found.end()):
        return _birthday(text, start, found.end(), value)
    unit = _UNIT.match(folded, found.end())
    if unit is None:  # every part may be missing
        return None
    half = bool(unit["half"] or unit["half2"])
    end = unit.end()
    is_year = bool(unit["ans"] or unit["old"]) or "an" in (unit["half"] or "").replace("and", "")
    if unit["years"] and not is_year:
        if not _YEARS_ARE_AGE.match(folded, end):
            return None
        is_year = unit["years"].strip() != "y" or text.bio
    if is_year and _DURATION.match(folded, end) and not unit["old"]:
        return None
    if not is_year and (half is False) and _NOT_AGE_AFTER.match(folded, found.end()):
        return None
    if _MENTALLY.match(folded, end) or (unit["old"] and _OLD_THINGS.match(folded, end)):
        return None
    if 5 < value < _GROWN and _LIKE_ME.match(folded, found.end()) and not text.framed(start):
        return Sign("age", at_age(value, value + 1), 0.85, start, end, explicit=True)
    before, soon = _stripped(folded, start)
    if previous is not None and soon and start - previous[1] <= 22 and value == previous[0] + 1:
        return Sign("age", at_age(value - 0.6, value), 0.9, start, end, explicit=True)
    if soon and previous is None:
        before = _stripped(folded, before)[0]
    own = _OWN.search(folded, max(0, before - 40), before)
    if own is None and unit["years"] and not unit["old"] and text.segment(start, end)[0].strip():
        return None  # « married 11 years »
    if own is None or (own["mine"] and own["mine"].endswith("my")):
        return _bare(text, start, end, before, value, is_year=is_year, old=bool(unit["old"]), half=half, soon=soon)
    began, loose = own.start(), False
    if own[0].strip(" :,") in ("am", "aged", "me", "agee de", "age de") and text.subject(began) == "other":
        return None
    if not is_year and not half:
        if own[0].strip() in ("mes", "moi", "me", "am", "perso", "turned", "officially") and not (
            own[0].strip() == "moi" and _MATES.search(folded)
        ):
            after = when_follows(folded, end, text.written, past=False)
            if after is None and not _BIRTHDAY.search(folded):
                return None
        if not _PLAIN_AFTER.match(folded, found.end()):
            dated = own["had"] and when_follows(folded, found.end(), text.written, past=True)
            if not dated and (
                own["mine"] or (own["have"] and "m" not in own["have"]) or _THINGS_AFTER.match(folded, found.end())
            ):
                return None
            loose = True
    sign = _said(text, own, start, end, value, plain=not is_year, half=half, soon=soon)
    return sign._replace(sure=min(sign.sure, 0.75)) if sign is not None and loose else sign


def _stripped(folded: str, at: int) -> tuple[int, bool]:
    """Where the words before `at` end once those that say little are left out; whether one of them says « soon »."""
    soon = False
    for _ in range(4):
        if found := _SOON.search(folded, max(0, at - 24), at):
            soon = True
        else:
            found = _FILLER.search(folded, max(0, at - 20), at)
        if found is None:
            break
        at = found.start()
    return at, soon


def _said(  # noqa: PLR0911, PLR0912
    text: Text, own: re.Match[str], start: int, end: int, value: int, *, plain: bool, half: bool, soon: bool
) -> Sign | None:
    """A number that follows « j'ai », "I'm", « j'aurai », "I turned", « mes »."""
    folded, began = text.folded, own.start()
    if (own["had"] and own["had"] in ("turned", "just turned", "officially")) or own["will"] in (
        "turning",
        " turning",
        "gonna be",
        "about to be",
        "about to turn",
    ):
        if text.subject(began) == "other" or _OTHERS_DO.search(folded, max(0, began - 20), began):
            return None
        if not text.first_person and _named_before(folded, began):
            return None
    if text.spoken(began):
        return None
    if own["have"] and own["have"].startswith("on a") and plain:
        return None
    if text.framed(began):
        return _to_come(text, own, start, end, value)
    sure = 0.95 if not plain else 0.85
    if own["have"] in ("moi", "me", "perso", "aged", "agee de", "age de"):
        sure = 0.7
    if plain and own["have"] and _FRENCH_HAVE.match(own["have"]):
        sure = 0.6  # « j'ai 11 » needs a question before it
        if not _MATES.search(folded) and not re.match(r"\s*(?:$|[!.?\n]|[^\x00-\x7f])", folded[end : end + 3]):
            return None
    if _NEGATED.search(folded, max(0, start - 14), start):
        if _UNDER_YET.search(folded, max(0, start - 18), start) or _YET.match(folded, end):
            return Sign(
                "age",
                ((value - 3.0, value - 1.0, 0.5), (value - 1.0, float(value), 1.0)),
                0.85,
                began,
                end,
                explicit=True,
            )
        return None
    if own["mine"]:
        past = when_follows(folded, end, text.written, past=True)
        coming = when_follows(folded, end, text.written, past=False) or when_before(
            folded, began, text.written, past=False
        )
        when = past or coming
        if when is not None:
            return Sign(
                "age", _born(value, when), 0.9, began, max(end, when.end if when.end > end else end), explicit=True
            )
        if re.search(
            r"(?:depuis|a|des|jusqu'?a|lors de|avant|apres|rappel\w*|souvenirs? (?:de|pour)?|comme (?:a|pour)"
            r"|retour (?:a|dans)) ?$",
            folded[max(0, began - 16) : began],
        ):
            return None
        return Sign(
            "age", at_age(value - 0.4, value + 0.9), 0.62 if not own["mine"].startswith("c") else 0.85, began, end
        )
    if own["had"]:
        when = when_follows(folded, end, text.written, past=True) or when_before(folded, began, text.written, past=True)
        years = re.match(r"[\s,(]*(?:en|in) (19\d\d|20\d\d)", folded[end : end + 12])
        if years:
            gone = text.written.year - int(years[1])
            return Sign("age", at_age(value + max(gone - 1, 0), value + gone + 1), 0.9, began, end, explicit=True)
        ages = _born(value, when) if when else ((float(value), value + 0.5, 1.0), (value + 0.5, value + 1.0, 0.5))
        return Sign("age", ages, sure, began, _until(end, when), explicit=True)
    when = when_follows(folded, end, text.written, past=False)
    if when is None and (own["will"] or (soon and not plain)):
        when = when_before(folded, began, text.written, past=False)
    if when is None and own["have"] and not plain:
        when = when_before(folded, began, text.written, past=False)
    if own["will"] or soon:
        ages = _born(value, when) if when else ((value - 0.35, float(value), 1.0), (value - 1.0, value - 0.35, 0.5))
        return Sign("age", ages, sure, began, _until(end, when), explicit=True)
    if when is not None and when.days[1] > 1 and (when.end > end or not plain):
        return Sign("age", _born(value, when), 0.92, min(began, start), _until(end, when), explicit=True)
    ages = at_age(value + 0.25, value + 0.8) if half else at_age(value, value + 1)
    return Sign("age", ages, sure, began, end, explicit=True)


def _until(end: int, when: When | None) -> int:
    return max(end, when.end) if when is not None and when.end > end else end


def _born(value: int, when: When) -> Ages:
    """The ages of somebody who turns `value` at that time."""
    low, high = when.days
    if when.days == (0, 1):
        return at_age(value, value + 0.05)
    return at_age(value - high / YEAR, value - low / YEAR)


def _to_come(text: Text, own: re.Match[str], start: int, end: int, value: int) -> Sign | None:
    """« quand j'aurai 13 ans », "when I'm 13": they are younger than that. Anything else in a frame tells nothing."""
    before = text.folded[max(0, own.start() - 26) : own.start()]
    will = own["will"] is not None and own["will"].startswith("j")
    if (will and re.search(r"(?:quand|kan|qd|lorsque|des que) *$", before)) or re.search(
        r"(?:when|until|till|once) *$", before
    ):
        if own["had"] or re.search(r"\b(?:was|were|since)\b", before):
            return None
        if own["have"] and not re.search(r"when *$|until *$|till *$|once *$", before):
            return None
        return Sign("to_come", _younger(value), 0.7 if value <= 13 else 0.55, own.start(), end)
    return None


def _named_before(folded: str, at: int) -> bool:
    """Whether a word that may be a name stands right before (« mason turned 11 »)."""
    return re.search(r"[a-z]{3,} (?:is |has |just |finally |est |a )?$", folded[max(0, at - 24) : at]) is not None


def _birthday(text: Text, start: int, end: int, value: int) -> Sign | None:  # noqa: PLR0911
    """« my 12th birthday is tomorrow »."""
    folded = text.folded
    found = _BIRTHDAY_AFTER.match(folded, end)
    if found is None:
        return None
    before = folded[max(0, start - 30) : start]
    if (text.framed(start) and "when" in before) or re.search(
        r"(?:son|daughter|kid|brother|sister|'s|his|her|their|your|our|s) $", before
    ):
        return None
    mine = re.search(r"(?:^|[^a-z])my (?:own )?$", before) is not None
    when = when_follows(folded, found.end(), text.written, past=False) or _after_is(folded, found.end(), text)
    past = _was(folded, found.end(), text)
    if past is not None:
        return Sign("age", _born(value, past), 0.9 if mine else 0.4, start, found.end(), explicit=mine)
    if when is None:
        when = when_before(folded, max(0, start - 3), text.written, past=False)
    if when is not None:
        return Sign("age", _born(value, when), 0.9 if mine else 0.4, start, _until(found.end(), when), explicit=mine)
    if mine and not re.search(r"(?:on|since|until|after|before|remember|by) my $", before):
        return Sign("age", at_age(value - 0.4, value + 0.7), 0.65, start, found.end())
    if re.search(r"(?:to me|me)(?![a-z])", folded[found.end() : found.end() + 12]):
        return Sign("age", at_age(value, value + 0.1), 0.9, start, found.end(), explicit=True)
    return None


def _after_is(folded: str, at: int, text: Text) -> When | None:
    found = re.compile(r" (?:is|party is|will be|'s)(?: coming up)?(?: like| literally| on)?").match(folded, at)
    return when_follows(folded, found.end(), text.written, past=False) if found else None


def _was(folded: str, at: int, text: Text) -> When | None:
    found = re.compile(r" (?:was|party was)").match(folded, at)
    return (
        when_follows(folded, found.end() if found else at, text.written, past=True)
        if found
        else when_follows_past_only(folded, at, text)
    )


def when_follows_past_only(folded: str, at: int, text: Text) -> When | None:
    """A time that can only be gone by (« yesterday »)."""
    when = when_follows(folded, at, text.written, past=True)
    return when if when is not None and when.days[1] <= 0 else None


def _bare(  # noqa: PLR0911, PLR0912
    text: Text, start: int, end: int, before: int, value: int, *, is_year: bool, old: bool, half: bool, soon: bool
) -> Sign | None:
    """A number that no « j'ai » introduces: « Léa, 11 ans, Lyon », "11 yo here", « bientôt 12 ans !! »."""
    folded = text.folded
    ages = at_age(value + 0.25, value + 0.8) if half else at_age(value, value + 1)
    coming = when_follows(folded, end, text.written, past=False) or when_before(
        folded, before, text.written, past=False
    )
    if text.framed(before) or text.spoken(before) or _NEGATED.search(folded, max(0, start - 12), start):
        return None
    if _OWN_ARTICLE.search(folded, max(0, start - 24), start) and old:
        if re.match(
            r"[^.!?\n]{0,60}(?:used to|i was|i wanted|i had|would have|back then)|\s?(?:should|is too|deserves)",
            folded[end : end + 90],
        ):
            return None
        return Sign("age", ages, 0.8, start, end, explicit=True)
    if _NOT_BEFORE.search(folded, max(0, start - 14), start) and not soon:
        return None
    who = text.subject(before, max(0, before - 90) if text.bio else None)
    if who == "other":
        return None
    short = not folded[:start].strip() and len(folded) < 24
    if soon or (coming is not None and (is_year or short or _BIRTHDAY.search(folded))):
        if (
            text.segment(start, end)[0].strip()
            and not soon
            and not text.bio
            and not _BIRTHDAY.search(folded[max(0, start - 20) : start])
        ):
            return None
        if not is_year and not text.bio and coming is None and not _ENDS.match(folded, end):
            return None
        if (
            not is_year
            and not text.bio
            and not re.match(
                r"\s*(?:$|[!.?\n,]|[^\x00-\x7f]|in |on |dans |demain|tomorrow|today)", folded[end : end + 10]
            )
        ):
            return None
        if (
            _named_before(folded, before)
            and not text.bio
            and not re.search(
                r"(?:et|and|enfin|finally|trop|hate|deja|already|c'est|its|it's|anniv\w*|birthday) $",
                folded[max(0, before - 12) : before],
            )
        ):
            return None
        told = _born(value, coming) if coming else ((value - 0.35, float(value), 1.0), (value - 1.0, value - 0.35, 0.4))
        sure = 0.8 if soon or _BIRTHDAY.search(folded) else 0.65
        if coming is not None and coming.days == (0, 1):
            told = at_age(value, value + 0.1)
        return Sign("age", told, sure, start, _until(end, coming), explicit=sure >= 0.8)
    left, right = text.segment(start, end)
    seeking = (text.bio and not folded[: start - 1].strip()) or re.search(r"(?:looking for|cherche|asl)", folded)
    if (
        start
        and folded[start - 1] in "mf"
        and not folded[start - 2 : start - 1].isalpha()
        and 8 <= value < _GROWN
        and seeking
    ):
        return Sign("age", ages, 0.75, start, end)
    if (
        not text.bio
        and _PERSON_OF.search(folded, max(0, start - 30), start)
        and re.search(r"(?:en tant qu[e']|je suis |moi |as an? )[^.!?\n]{0,30}$", folded[max(0, start - 45) : start])
    ):
        return Sign("age", ages, 0.85, start, end, explicit=True)
    if not text.bio and is_year and _MY_BIRTHDAY.search(folded) and who != "other":
        return Sign("age", at_age(value - 0.2, value + 0.4), 0.8, start, end, explicit=True)
    if not text.bio and is_year and who == "own" and re.search(r"(?:jeune|young|petite?)", folded):
        return Sign("age", ages, 0.72, start, end)
    if text.bio:
        return _in_bio(text, start, end, left, right, value, ages, is_year=is_year, half=half)
    if _MATES.search(folded[:start]) and not left.strip() and value < 30:
        return Sign("age", ages, 0.85 if _ASL.match(folded[end:]) else 0.65, start, end)
    here = re.match(r"\s*(?:here|girl|boy|female|male|gamer|fille|garcon)(?![a-z])", folded[end : end + 12]) is not None
    if is_year and not left.strip() and (old or here or text.first_person):
        at_start = not folded[:start].strip(" .!,-")
        if here or at_start:
            return Sign("age", ages, 0.75 if here else 0.62, start, end)
        return Sign("age", ages, 0.3, start, end)
    if folded[start - 1 : start] == "(" and folded[end : end + 1] == ")" and who == "own" and 5 <= value <= 17:
        return Sign("age", ages, 0.75, start, end)
    if re.search(r"(?:^|[^a-z])(?:mon age|my age|age) ?[:=]? ?$", folded[max(0, start - 9) : start]) and not re.match(
        r",? (?:is|was|when|where|and (?:up|over|under)|to|or|\+)(?![a-z])", folded[end:]
    ):
        return Sign("age", ages, 0.7, start, end)
    return None


def _in_bio(  # noqa: PLR0911, PLR0917
    text: Text, start: int, end: int, left: str, right: str, value: int, ages: Ages, *, is_year: bool, half: bool
) -> Sign | None:
    """A number in a bio, by what shares its segment."""
    folded, head, tail = text.folded, left.strip(" :'-"), right.strip()
    if _PERSON_OF.search(folded, max(0, start - 30), start):
        return Sign("age", ages, 0.88, start, end, explicit=True)
    if re.search(r"(?:^|[^a-z])age ?[:=]? ?$", folded[max(0, start - 7) : start]):
        return Sign("age", ages, 0.9, start, end, explicit=True)
    name = not head or (_CAREFREE_BIO.match(head) is not None and _NOT_NAMES.isdisjoint(head.split()))
    if is_year or half:
        if not head:
            return Sign("age", ages, 0.88 if not tail or len(tail) < 30 else 0.7, start, end, explicit=True)
        return Sign("age", ages, 0.85 if name else 0.45, start, end, explicit=name)
    if not 6 <= value <= 17:
        return None
    if not head and (
        _ASL.match(right) or re.match(r"\s*[/|•·]\s*(?:f|m|she|he|her|fr|uk|us|fille|girl)", folded[end : end + 8])
    ):
        return Sign("age", ages, 0.8, start, end, explicit=True)
    if re.search(r"(?:jersey|maillot|⚽|🏀|🏈|⚾|🏒|🏉|🤾|fc|n°|#)\s*$", folded[max(0, start - 8) : start]) or re.match(
        r"\s*(?:⚽|🏀|🏈|⚾|🏒|🏉)", folded[end : end + 3]
    ):
        return Sign("age", ages, 0.2, start, end)
    if not head and not tail:
        return Sign("age", ages, 0.72, start, end)
    if name and (not tail or len(tail) < 4):
        return Sign("age", ages, 0.66, start, end)
    return None


_PAST_AGE = re.compile(
    r"(?:^|[^a-z])(?:quand |lorsque )?(?:j ?'?avais|javais|when i was|i was|back when i was|i used to be"
    r"|when i turned|at age|aged|since i was|depuis mes|des mes|a mes)(?: like| about| only| just| que"
    r"| genre| around)? ?(\d{1,2})(?!\d|[.,:/]\d|%)(?! ?(?:minutes|min|euros|e(?![a-z])|€|k|km|days|jours"
    r"|weeks|hours|heures|months|mois|points|followers))"
)
_LAST_YEAR = re.compile(r"l'an(?:nee)? (?:derniere?|passee?)|last year|y'?a un an|il y a un an|a year ago")
_YEARS_AGO = re.compile(
    r"(?:il y ?a|y'? ?a|ya) (\d{1,2}|un|deux|trois|quatre) ans?|(\d{1,2}|a|one|two|three|four) years? ago"
)
_IN_YEAR = re.compile(r"(?:en|in) (19[5-9]\d|20[0-3]\d)(?!\d)")
_SMALL = {"un": 1, "deux": 2, "trois": 3, "quatre": 4, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4}


def ages_past(text: Text) -> Iterator[Sign]:
    """« quand j'avais 10 ans »: they are older now; by how much where it is said (« il y a deux ans », « en 2019 »)."""
    for found in _PAST_AGE.finditer(text.folded):
        value = int(found[1])
        wished = text.folded[max(0, found.start() - 6) : found.start() + 1].endswith(("wish ", "wish"))
        if not 2 <= value <= OLDEST or wished or text.spoken(found.start()):
            continue
        near = text.folded[max(0, found.start() - 40) : found.end() + 40]
        if _LAST_YEAR.search(near):
            yield Sign("past", at_age(value + 0.5, value + 2), 0.8, found.start(), found.end(), primary=value < 13)
        elif ago := _YEARS_AGO.search(near):
            word = ago[1] or ago[2]
            gone = int(word) if word.isdecimal() else _SMALL[word]
            yield Sign(
                "past",
                at_age(value + gone - 0.3, value + gone + 1.3),
                0.85,
                found.start(),
                found.end(),
                primary=value + gone < 13,
            )
        elif year := _IN_YEAR.search(near):
            gone = text.written.year - int(year[1])
            if gone >= 0:
                yield Sign(
                    "past",
                    at_age(value + max(gone - 0.9, 0), value + gone + 1),
                    0.85,
                    found.start(),
                    found.end(),
                    primary=value + gone < 13,
                )
        else:
            yield Sign(
                "past",
                ((value + 0.5, value + 2.0, 0.3), (value + 2.0, 100.0, 1.0)),
                0.8,
                found.start(),
                found.end(),
                primary=False,
            )
