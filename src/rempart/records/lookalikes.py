"""Letters that look like ASCII ones, and characters that cannot be seen, as people use them to slip past filters.

Compatibility forms (fullwidth, mathematical, circled) are folded by Unicode's NFKC; letters of other scripts by the
table below, a subset of Unicode's confusables (UTS #39) limited to Cyrillic, Greek, Armenian, Cherokee and IPA
letters that are drawn like a Latin one. Accented Latin letters are left alone: they are letters of their own.
"""

import re
import unicodedata

_PAIRS = (
    "аa еe оo рp сc уy хx ѕs іi јj ԁd ԛq ԝw һh ӏl ьb вb кk мm нh тt гr пn "
    "АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ЅS ІI ЈJ ԌG ԚQ ԜW ҺH ЬB "
    "αa βb γy εe ηn ιi κk νv οo ρp σo τt υu χx ωw "
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX "
    "օo ոn ցg հh սu զq ѡw ԍg "
    "ɑa ɡg ɩi ɪi ʏy ʀr ɴn ʜh ʟl ʙb ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ᴛt ᴜu ᴠv ᴡw ᴢz ꜱs ꜰf ıi ȷj ℓl "
    "ᎪA ᏴB ᏟC ᎠD ᎬE ᏀG ᎻH ᎫJ ᏦK ᏞL ᎷM ᏢP ᎡR ᏚS ᎢT ᏙV ᎳW ᏃZ"
)
LOOKALIKES: dict[int, str] = {ord(pair[0]): pair[1] for pair in _PAIRS.split()}
# Zero-width characters, joiners, direction marks, soft hyphen, variation selectors, tags.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)


def fold_lookalikes(text: str) -> str:
    """`text` with invisible characters removed, compatibility forms unified and look-alike letters made Latin."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(LOOKALIKES)
