"""A folded text cut into tokens: words, numbers, @handles, addresses, #tags and marks, with where each stands."""

import re

# Kinds that are read by their shape; every other token is a word or a mark, looked up in the vocabulary.
HANDLE, ADDRESS, TAG, NUMBER, BARE = 1, 2, 3, 4, 5

# Every run of letters is tried once only (lookbehinds, possessive quantifiers), so that no text takes long.
TOKEN = re.compile(
    r"(?<![a-z0-9_])(@[a-z0-9_](?:[a-z0-9._-]{0,62}[a-z0-9_])?"
    r"(?:[@:](?=[a-z])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4})?)"
    r"|((?<![a-z0-9.-])(?:https?://|www\.)[^\s<>\"]++"
    r"|(?<![a-z0-9.-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,12}/[^\s<>\"]++)"
    r"|#([^\s#@.,;:!?()\"']++)"
    r"|(\d++)(?![a-z0-9]{0,20}[_.][a-z])"
    r"|(?<![a-z0-9._])([a-z0-9]++(?:[._]++[a-z0-9]++)++_*+|[a-z0-9]++_++|_++[a-z0-9]++(?:[._]++[a-z0-9]++)*+_*+)"
    r"|[a-z]++\d++[a-z0-9]*+|[a-z]++|[.!?]++|[^\s'\-a-z0-9]|\n\s*\n|\n"
)
