"""What has to add up in anybody's report, and which part cannot be larger than its whole. No Django."""

from collections.abc import Iterator, Mapping, Sequence

from rempart.accountability.report.rows import CategoryRow
from rempart.accountability.report.template import TOTAL, Sheet

Values = Mapping[int, Mapping[str, float | None]]
"""By row number and key of the column; None is blank."""
Broken = tuple[CategoryRow, str, str, str]

PARTS: Mapping[int, tuple[tuple[str, str], ...]] = {
    4: (
        ("notices_flagger", "notices"),
        ("items_flagger", "items"),
        ("by_law_flagger", "by_law"),
        ("by_terms_flagger", "by_terms"),
    ),
    5: (("detected_automatically", "measures"),),
    6: (("detected_automatically", "measures"),),
}
NOT_KINDS = ("measures", "detected_automatically")
KINDS_OF_COMPLAINT = ("visibility", "provision", "account", "monetary", "no_action")
ANSWERED = ("decisions upheld", "decisions partially reversed", "decisions reversed")
Indicators = Mapping[tuple[str, str], tuple[int, float]]
"""By key of the indicator and folded scope: the row and its value."""


def broken(sheet: Sheet, rows: Sequence[CategoryRow], values: Values) -> Iterator[Broken]:
    """Sums that do not add up, and parts larger than their whole, in a sheet with categories."""
    for key in sheet.keys("count"):
        for scope in dict.fromkeys(one.scope for one in rows):
            yield from _down(key, [one for one in rows if one.scope == scope], values)
        if any(one.scope != TOTAL for one in rows):
            yield from _across_states(key, rows, values)
    for one in rows:
        yield from _parts(sheet, one, values[one.row])


def _down(key: str, rows: Sequence[CategoryRow], values: Values) -> Iterator[Broken]:
    """Sub-categories to their category, categories to the total, in one scope."""
    whole = [one for one in rows if not one.keyword]
    for parent in whole:
        is_total = parent.category == TOTAL
        below = (
            [one for one in whole if one.category != TOTAL]
            if is_total
            else [one for one in rows if one.keyword and one.category == parent.category]
        )
        names = "the categories" if is_total else "its sub-categories"
        parts = [value for one in below if (value := values[one.row][key]) is not None]
        said = values[parent.row][key]
        if said is None and any(parts):
            yield parent, key, "zero-or-blank", f"it is blank, while {names} add up to {sum(parts):g}"
        elif said is not None and (parts or is_total) and sum(parts) != said:
            yield parent, key, "sum", f"it is {said:g}, while {names} add up to {sum(parts):g}"


def _across_states(key: str, rows: Sequence[CategoryRow], values: Values) -> Iterator[Broken]:
    by_state: dict[tuple[str, ...], float] = {}
    for one in rows:
        if one.scope != TOTAL:
            name = (one.category, one.keyword, one.other)
            by_state[name] = by_state.get(name, 0) + (values[one.row][key] or 0)
    for one in rows:
        said = values[one.row][key]
        added = by_state.get((one.category, one.keyword, one.other), 0)
        if one.scope == TOTAL and said is not None and said != added:
            yield one, key, "sum", f"it is {said:g}, while the Member States add up to {added:g}"


def _parts(sheet: Sheet, row: CategoryRow, values: Mapping[str, float | None]) -> Iterator[Broken]:
    for part, whole in PARTS.get(sheet.number, ()):
        yield from _part(row, part, values[part], values[whole], "of all of them")
    if sheet.number in (5, 6):
        kinds = {
            key: value for key in sheet.keys("count") if key not in NOT_KINDS and (value := values[key]) is not None
        }
        measures = values["measures"]
        for key, value in kinds.items():
            yield from _part(row, key, value, measures, "of all measures")
        if measures is not None and kinds and sum(kinds.values()) < measures:
            named = sum(kinds.values())
            yield row, "measures", "part", f"it is {measures:g}, while restrictions of only {named:g} are named"


def _part(row: CategoryRow, key: str, part: float | None, whole: float | None, words: str) -> Iterator[Broken]:
    if part is not None and whole is not None and part > whole:
        yield row, key, "part", f"it is {part:g} {words}, which are {whole:g}"


def broken_indicators(sheet: int, values: Indicators) -> Iterator[tuple[int, str, str]]:
    """The same for sheets 7 and 8: row, rule and words."""
    if sheet == 8:
        for key in ("measures_solely", "measures_not"):
            yield from _within(values, (key, "own-initiative"), (key, "total number"))
        for key in ("notices_solely", "notices_not"):
            yield from _within(values, (key, "nam trusted flagger"), (key, "nam total"))
        return
    for scope in ("total number", *ANSWERED):
        if ("complaints", scope) in values:
            row, said = values["complaints", scope]
            # A complaint about a refusal of a trusted flagger's notice may stand in the row of all refusals or apart.
            added = sum(values[kind, scope][1] for kind in KINDS_OF_COMPLAINT if (kind, scope) in values)
            if added > said:
                yield row, "part", f"it is {said:g}, while its kinds add up to {added:g}"
    for (indicator, scope), (row, value) in values.items():
        answered = [values[indicator, one][1] for one in ANSWERED if (indicator, one) in values]
        if scope == "median time" and value and answered and not any(answered):
            yield row, "median-of-nothing", f"it is {value:g} hours, while nothing was decided"


def _within(values: Indicators, part: tuple[str, str], whole: tuple[str, str]) -> Iterator[tuple[int, str, str]]:
    if part in values and whole in values and values[part][1] > values[whole][1]:
        yield values[part][0], "part", f"it is {values[part][1]:g}, more than the {values[whole][1]:g} in all"


def broken_across(values: Indicators, totals: Mapping[str, float]) -> Iterator[tuple[int, str]]:
    """What sheet 8 counts more of than sheets 4 to 6: row and words. totals: notices, illegal and terms (measures)."""
    sides = (
        (
            "measures",
            "own-initiative",
            ("illegal", "terms"),
            "measures at the provider's own initiative in sheets 5 and 6",
        ),
        ("notices", "nam total", ("notices",), "notices in sheet 4"),
        ("notices", "nam trusted flagger", ("notices_flagger",), "notices of trusted flaggers in sheet 4"),
    )
    for kind, scope, names, words in sides:
        both = [(f"{kind}_solely", scope), (f"{kind}_not", scope)]
        found = [values[name] for name in both if name in values]
        if found and all(name in totals for name in names):
            added, there = sum(value for _row, value in found), sum(totals[name] for name in names)
            if added > there:
                yield found[0][0], f"the two rows add up to {added:g}, while there are {there:g} {words}"
