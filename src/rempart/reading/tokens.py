"""A folded text cut into tokens: words, numbers, @handles, addresses, #tags and marks, with where each stands."""

import re

# Kinds that are read by their shape; every other token is a word or a mark, looked up in the vocabulary.
HANDLE, ADDRESS, TAG, NUMBER, BARE = 1, 2, 3, 4, 5

TOKEN = re.compile(
    r"(?<![a-z0-9_])(@[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?(?:@[a-z0-9-]+(?:\.[a-z0-9-]+)+|:[a-z0-9-]+(?:\.[a-z0-9-]+)+)?)"
    r"|((?:https?://|www\.)[^\s<>\"]+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/[^\s<>\"]+)"
    r"|#([^\s#@.,;:!?()\"']+)"
    r"|(\d+)(?![a-z0-9]*[_.][a-z])"
    r"|([a-z0-9]+(?:[._]+[a-z0-9]+)*_+(?:[a-z0-9]+(?:[._]+[a-z0-9]+)*_*)?|_+[a-z0-9][a-z0-9._]*[a-z0-9_]|[a-z][a-z0-9]*(?:\.[a-z0-9_]+)+)"
    r"|[a-z]+\d+[a-z0-9]*|[a-z]+|[.!?]+|[^\s'\-a-z0-9]|\n\s*\n|\n"
)
