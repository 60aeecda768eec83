"""Pages of a long list by where the last one ended, so that the thousandth costs what the first does.

A page is found by the place of a case in the queue (`?after=` and `?before=`), never by counting the rows before it,
and what is counted is counted up to MOST: nobody needs to know whether 5,213 or 5,240 cases wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from rempart.casework.models import Case

MOST = 999


@dataclass
class Slice:
    """One page: its cases, and the places from which the next and the previous one go on (empty when there is none)."""

    object_list: list[Any]
    after: str = ""
    before: str = ""


def slice_of(found: "QuerySet[Case]", asked: Mapping[str, str], size: int) -> Slice:
    """The page of cases that an address asks for; the first one when its place cannot be read."""
    after, before = _place(asked.get("after", "")), _place(asked.get("before", ""))
    ordered = found.order_by("-queue_order", "-pk")
    if before is not None and after is None:
        order, pk = before
        earlier = found.order_by("queue_order", "pk").filter(queue_order__gte=order)
        rows = list(earlier.filter(Q(queue_order__gt=order) | Q(pk__gt=pk))[: size + 1])
        more, rows = len(rows) > size, rows[:size][::-1]
        return Slice(rows, after=_written(rows[-1]) if rows else "", before=_written(rows[0]) if more else "")
    if after is not None:
        order, pk = after
        ordered = ordered.filter(queue_order__lte=order).filter(Q(queue_order__lt=order) | Q(pk__lt=pk))
    rows = list(ordered[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return Slice(
        rows,
        after=_written(rows[-1]) if more else "",
        before=_written(rows[0]) if after is not None and rows else "",
    )


def counted(found: "QuerySet[Any]") -> int:
    """How many there are; MOST + 1 stands for more than MOST."""
    return found.order_by()[: MOST + 1].count()


def counted_together(**sets: "QuerySet[Any]") -> dict[str, int]:
    """The same for several sets at once, in one query."""
    compiled = [found.order_by()[: MOST + 1].values("pk").query.sql_with_params() for found in sets.values()]
    counts = [f"(SELECT count(*) FROM ({sql}) counted)" for sql, _params in compiled]  # noqa: S608 - Django's own SQL
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(counts), [one for _sql, params in compiled for one in params])
        return dict(zip(sets, cursor.fetchone(), strict=True))


def written(count: int) -> str:
    """A number from `counted` as it is shown."""
    return f"{MOST}+" if count > MOST else str(count)


def _written(case: Case) -> str:
    return f"{case.queue_order!r}_{case.pk}"


def _place(text: str) -> tuple[float, int] | None:
    order, found, pk = text.rpartition("_")
    try:
        return (float(order), int(pk)) if found else None
    except ValueError:
        return None
