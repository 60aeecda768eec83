"""From the accounts that stand out to alerts that people read, in one order whatever the engine."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rempart.radar.fame.parameters import Parameters
from rempart.records import AccountRow, FameAlert, FamePoint
from rempart.records.accounts import AgeBand

_URGENCY: Mapping[AgeBand | None, int] = {"under_13": 4, "13_15": 3, None: 3, "16_17": 2, "18_plus": 1}
_TIERS = {"support": 0, "watch": 1}


def priority(tier: str, age_band: AgeBand | None) -> int:
    """1 (an adult, watch) to 8 (under 13, support): the youngest first; an unknown age counts as 13 to 15."""
    return _URGENCY[age_band] + (4 if tier == "support" else 0)


def alerts(
    scored: Iterable[Mapping[str, Any]], accounts: Mapping[str, AccountRow], parameters: Parameters
) -> list[FameAlert]:
    """The alerts of one tick, ordered by time, tier (support first), priority (highest first), account.

    scored: rows of SCORED as mappings; accounts: by account id, those that are known.
    """
    made = [_alert(row, accounts.get(row["account_id"])) for row in scored]
    return sorted(made, key=lambda a: (a.alert_at, _TIERS[a.tier], -a.priority, a.account_id))


def _alert(row: Mapping[str, Any], account: AccountRow | None) -> FameAlert:
    age_band = account.age_band if account else None
    days = row["gap"] / 24 if row["gap"] > 28 else 1.0
    expected, observed = row["expected"] / 1000, float(row["gain"])
    at = datetime.fromtimestamp(row["hour"] * 3600, UTC)
    return FameAlert(
        account_id=row["account_id"],
        alert_at=at,
        tier=row["tier"],
        score=row["score"] / 1e6,
        growth=observed / expected,
        expected=expected / days,
        observed=observed / days,
        age_band=age_band,
        priority=priority(row["tier"], age_band),
        because=_because(row),
        recent=[FamePoint(at, observed / days, expected / days, row["upper"] / 1000 / days)],
    )


def _because(row: Mapping[str, Any]) -> list[str]:
    """What speaks for the alert, as codes for which the pages have words."""
    said = ["surprise"]
    if row["hot"].bit_count() > 1:
        said.append("lasting")
    if row["echo"] is not None and row["echo"] >= 1_500:
        said.append("echo")
    if row["factor"] >= 1_500_000:
        said.append("platform_surge")
    return said
