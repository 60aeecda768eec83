"""Where contact began and where the facts took place, as far as a text says."""

from collections.abc import Sequence
from typing import NamedTuple

from rempart.reading.facts import Fact
from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens
from rempart.reading.people import Named
from rempart.records.references import Service

Where = dict[Service, list[int]]


class Places(NamedTuple):
    """Services and the tokens they were read from."""

    conduct: Where
    met: Where


def find_places(tokens: Tokens, facts: Sequence[Fact], people: Sequence[Named], grammar: Grammar) -> Places:
    """The services where the facts took place and where contact began."""
    symbols = tokens.symbols
    if not tokens.mask & grammar.lexicon.bit("SERVICE"):
        return Places({}, {})
    beside_a_handle = {index for named in people for index in named.beside}
    famous = {start for pattern in grammar.fame for start, _ in pattern.find(tokens)}
    met_at = {start for pattern in grammar.met for start, _ in pattern.find(tokens)}
    moved_at = {start for pattern in grammar.moved for start, _ in pattern.find(tokens)}
    said: list[tuple[int, Service]] = []
    for index, symbol in enumerate(symbols):
        if symbol not in grammar["SERVICE"] or (index in famous and index not in met_at):
            continue
        if index in beside_a_handle and index not in met_at:
            continue
        if (
            not (index and (symbols[index - 1] in grammar["ON"] or symbols[index - 1] in grammar["MY_ACCOUNT"]))
            and not facts
        ):
            continue
        said += [(index, service) for service in grammar.services_of(symbol)]
    met: Where = {}
    conduct: Where = {}
    for index, service in said:
        if index in met_at and index not in moved_at:
            met.setdefault(service, []).append(index)
    first_move = min(moved_at, default=None)
    for index, service in said:
        if service in met:
            continue
        if not met and first_move is not None and index < first_move and any(other != service for _, other in said):
            met.setdefault(service, []).append(index)
            continue
        conduct.setdefault(service, []).append(index)
    if met and not conduct and facts:
        only = {start for pattern in grammar.met_only for start, _ in pattern.find(tokens)}
        conduct = {service: list(where) for service, where in met.items() if not only.issuperset(where)}
    return Places(conduct, met)
