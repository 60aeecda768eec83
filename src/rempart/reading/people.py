"""Whom a text accuses, and whom it merely names.

Naming somebody as accused who is not is the worst error of reading, so a handle is accused only when the words around
it say so or when it is the only one that nothing else explains.
"""

from collections.abc import Sequence
from typing import NamedTuple

from rempart.reading.facts import Fact
from rempart.reading.grammar import Gazetteer, Grammar
from rempart.reading.lexicon import Tokens
from rempart.reading.tokens import ADDRESS, BARE, HANDLE
from rempart.records.lookalikes import INVISIBLE
from rempart.records.references import AccountReference, Service, canonical_handle, parse_profile
from rempart.text.normalise import Normalised

# Ends of addresses that people write without their scheme.
_DOMAINS = frozenset(
    ("fr", "com", "net", "org", "be", "ch", "ca", "eu", "io", "info", "tv", "gouv", "uk", "us", "de", "co", "example")
)


class Named(NamedTuple):
    """An account that a text names: where (tokens, end excluded), which references, and how far it stands accused."""

    start: int
    end: int
    accounts: tuple[AccountReference, ...]
    weight: float  # above zero: the words say accused; below: they say something else
    beside: tuple[int, ...] = ()  # the tokens that say on which service the account is


def find_people(
    text: Normalised,
    tokens: Tokens,
    facts: Sequence[Fact],
    grammar: Grammar,
    known: Gazetteer,
    *,
    service: Service,
    is_reply: bool,
) -> list[Named]:
    """The accounts that a text names, in order, those of the gazetteer left out.

    service: where an @handle lives when no service is said.
    """
    places = _places(tokens, grammar)
    if not places:
        return []
    weights = _weights(tokens, places, grammar)
    symbols = tokens.symbols
    found: list[Named] = []
    opening = is_reply
    for index in places:
        if opening and index == len(found) and not _speaks_of_itself(symbols, index, grammar):
            found.append(Named(index, index + 1, (), -9.0))
            continue
        opening = False
        accounts, beside = _accounts(text, tokens, index, facts, grammar, service=service)
        if not accounts:
            continue
        if any(known.knows(account.handle) for account in accounts):
            found.append(Named(index, index + 1, (), -9.0))
            continue
        weight = weights[index]
        if weight <= 0 and known.doubts(accounts[0].handle):
            weight -= 1.0  # the words around it come before what its name looks like
        found.append(Named(index, index + 1, accounts, weight, beside))
    return [named for named in _joined(found, symbols, grammar) if named.accounts]


def _places(tokens: Tokens, grammar: Grammar) -> list[int]:
    """The tokens that are handles or addresses."""
    places = set()
    if tokens.mask & grammar.accounts:
        for index, kind in enumerate(tokens.kinds):
            if kind in (HANDLE, ADDRESS) or (kind == BARE and _is_bare_handle(tokens.words[index], grammar)):
                places.add(index)
    for pattern in grammar.named:
        for start, end in pattern.find(tokens):
            word = tokens.words[start]
            if end == start + 1 and len(word) > 2 and word not in grammar.function_words:
                places.add(start)
    return sorted(places)


def _weights(tokens: Tokens, places: Sequence[int], grammar: Grammar) -> dict[int, float]:
    """How far the words around each handle say that it is accused; below zero, that it is not."""
    weights = dict.fromkeys(places, 0.0)
    for pattern in grammar.accused:
        for start, _ in pattern.find(tokens):
            if start in weights:
                weights[start] = 1.0
    for pattern in (*grammar.bystander, *grammar.victim):
        for start, _ in pattern.find(tokens):
            if start in weights:
                weights[start] -= 2.0
    return weights


def accused_of(people: Sequence[Named]) -> list[Named]:
    """Those of `people` whom the words accuse; failing that the only one left unexplained."""
    accused = [named for named in people if named.weight > 0]
    if accused:
        return accused
    open_ones = [named for named in people if named.weight == 0]
    handles = {account.handle for named in open_ones for account in named.accounts}
    return open_ones if len(handles) == 1 else []


def _is_bare_handle(word: str, grammar: Grammar) -> bool:
    """Whether `leo.vrtx` or `leo_off` is a handle, and not two words whose space was forgotten."""
    if "_" in word:
        return any(letter.isalpha() for letter in word)
    parts = [part for part in word.split(".") if part]
    if len(parts) < 2 or len(parts[-1]) == 1 or parts[-1] in _DOMAINS:
        return False
    return not any(part in grammar.function_words or grammar.lexicon.look_up(part)[1] for part in parts)


def _speaks_of_itself(symbols: str, index: int, grammar: Grammar) -> bool:
    """Whether what follows a mention has it for subject (« @leo m'a demandé … »), though it opens a reply."""
    return index + 1 < len(symbols) and (symbols[index + 1] in grammar["ME_OBJECT"] | grammar["WHO"])


def _accounts(
    text: Normalised, tokens: Tokens, index: int, facts: Sequence[Fact], grammar: Grammar, *, service: Service
) -> tuple[tuple[AccountReference, ...], tuple[int, ...]]:
    """The references that a token names, and the tokens that say on which service."""
    start, end = text.span(tokens.starts[index], tokens.ends[index])
    written = text.original[start:end]
    if tokens.kinds[index] == ADDRESS:
        profile = parse_profile(INVISIBLE.sub("", written))
        return ((AccountReference(*profile),) if profile else ()), ()
    said = _services_said(tokens, index, facts, grammar)
    references = []
    for name in said or {service: 0}:
        handle = canonical_handle(written, name)
        if "@" in handle.removeprefix("@") and name != "mastodon":  # on Matrix every handle begins with one
            references.append(AccountReference("mastodon", written))
        elif handle:
            references.append(AccountReference("bluesky" if handle.endswith(".bsky.social") else name, handle))
    return tuple(dict.fromkeys(references)), tuple(said.values())


def _services_said(tokens: Tokens, index: int, facts: Sequence[Fact], grammar: Grammar) -> dict[Service, int]:
    """The services that the words right before or after a handle give it, and where."""
    symbols = tokens.symbols
    said: dict[Service, int] = {}
    links = grammar["COLON"] | grammar["OPEN"] | grammar["IS"] | grammar["NAMED"]
    before = index - 1
    while before >= 0 and index - before <= 4 and symbols[before] in links:
        before -= 1
    if before >= 0:
        for service in grammar.services_of(symbols[before]) or grammar.creators_of(symbols[before]):
            said.setdefault(service, before)
    # « @leo sur insta m'a écrit » says where leo is; « des messages de @leo sur insta » says where it happened.
    told_before = any(fact.start < index for fact in facts)
    introduced = index > 0 and symbols[index - 1] in grammar["IS"] | grammar["NAMED"] | grammar["ACCUSE"]
    opened = False
    for after in range(index + 1, min(len(symbols), index + 8)):
        symbol = symbols[after]
        if symbol in grammar["OPEN"] or (symbol in grammar["ON"] and (introduced or not told_before)):
            opened = True
        elif opened and (services := grammar.services_of(symbol)):
            if symbols[after + 1 : after + 2] in grammar["COLON"]:
                break  # « @leo (insta : leo.vrtx2) » : the service is the next one's
            for service in services:
                said.setdefault(service, after)
        elif symbol not in grammar["AND"] | grammar["JOIN"] | grammar["COMMA"] | grammar["ON"]:
            break
    return said


def _joined(found: list[Named], symbols: str, grammar: Grammar) -> list[Named]:
    """Handles in one enumeration (« @a, @b et @c ») share what the words say of any of them."""
    # « @leo (insta : leo.vrtx2) » is an enumeration too.
    links = frozenset().union(
        *(grammar[name] for name in ("AND", "COMMA", "JOIN", "OPEN", "COLON", "SERVICE", "NAMED"))
    )
    together = grammar["AND"] | grammar["TO"]
    groups: list[list[Named]] = []
    for named in found:
        if groups and all(symbol in links for symbol in symbols[groups[-1][-1].end : named.start]):
            groups[-1].append(named)
        else:
            groups.append([named])
    result = []
    for names in groups:
        group = list(names)
        low, high = min(named.weight for named in group), max(named.weight for named in group)
        if high > 0 and low >= 0:
            group = [named._replace(weight=high) for named in group]
        elif high <= 0:
            for index in range(1, len(group)):  # « soutien à @a et à @b »
                before, named = group[index - 1], group[index]
                between = symbols[before.end : named.start]
                if before.weight < 0 and between and all(symbol in together for symbol in between):
                    group[index] = named._replace(weight=min(before.weight, named.weight))
        result += group
    return result
