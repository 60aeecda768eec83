"""How well the sweep tells under-13s: on invented accounts from templates, and on accounts written by hand.

For each set: recall of under-13s, flags that are wrong (as a share of flags, and of the accounts of others), Brier
score, and a table of calibration: what was said, what was so. Beside it, the stated-age expressions of studies.

    python benchmarks/age_quality.py
"""

import json
import runpy
from collections.abc import Callable, Iterable
from pathlib import Path

from rempart.radar.age.reader import AgeReader
from rempart.radar.age.simulator import AS_OF, accounts
from rempart.records import AccountRow
from rempart.records.lines import to_record

HERE = Path(__file__).parent
SIZE = 3000
NOT_OF_A_ROW = {"under_13", "crop"}


def by_hand(crop: int | None = None) -> list[tuple[AccountRow, bool]]:
    """Accounts written by hand and whether their owner is under 13; of one crop only, if asked."""
    lines = (HERE.parent / "tests/radar/data/age_accounts.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for line in lines if crop in (None, (row := json.loads(line))["crop"])]
    return [
        (
            to_record({name: value for name, value in row.items() if name not in NOT_OF_A_ROW}, AccountRow),
            row["under_13"],
        )
        for row in rows
    ]


def judge(
    name: str, judged: Iterable[tuple[AccountRow, bool]], probability: Callable[[AccountRow], float]
) -> list[tuple[float, bool]]:
    """Print one row of the table; what was said and what was so."""
    said = [(probability(row), young) for row, young in judged]
    flags = [(chance >= 0.5, young) for chance, young in said]
    right, wrong = sum(flag and young for flag, young in flags), sum(flag and not young for flag, young in flags)
    young = sum(one for _, one in said)
    brier = sum((chance - one) ** 2 for chance, one in said) / len(said)
    print(
        f"{name:34} {len(said):6,} {young:6,} {right / young:7.3f} {wrong:5}/{right + wrong:<5}"
        f" {wrong / max(1, right + wrong):7.3f} {wrong / (len(said) - young):9.4f} {brier:6.3f}"
    )
    return said


def main() -> None:
    """Print the tables."""
    reader = AgeReader(AS_OF)
    naive = runpy.run_path(str(HERE / "age_sweep.py"))["says_a_child_s_age"]

    def ours(row: AccountRow) -> float:
        return reader.read(row).probability_under_13

    def published(row: AccountRow) -> float:
        return float(
            any(naive(text) for text in [row.bio or "", *(post for post in row.posts or () if isinstance(post, str))])
        )

    heads = f"{'accounts':34} {'all':>6} {'<13':>6} {'recall':>7} {'wrong flags':>11}"
    print(f"{heads} {'share':>7} {'of others':>9} {'Brier':>6}")
    all_said = []
    sets = {
        "templates, development": [(one.row, one.under_13) for one in accounts(SIZE, seed=1, half="development")],
        "templates, held out": [(one.row, one.under_13) for one in accounts(SIZE, seed=1, half="held_out")],
        **{f"by hand, crop {crop}": by_hand(crop) for crop in range(1, 13)},
        "by hand, all": by_hand(),
    }
    for name, judged in sets.items():
        said = judge(name, judged, ours)
        if name in ("templates, held out", "by hand, all"):
            all_said += said
            judge("  published expressions", judged, published)
    print("\nCalibration (held-out templates and by hand)")
    print(f"{'said':>12} {'accounts':>9} {'mean said':>10} {'were <13':>9}")
    for low in (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.97):
        high = {0.0: 0.1, 0.1: 0.2, 0.2: 0.35, 0.35: 0.5, 0.5: 0.65, 0.65: 0.8, 0.8: 0.9, 0.9: 0.97}.get(low, 1.01)
        inside = [(chance, young) for chance, young in all_said if low <= chance < high]
        if inside:
            said_here, were = (sum(part) / len(inside) for part in zip(*inside, strict=True))
            print(f"{low:5.2f}–{min(high, 1):<5.2f} {len(inside):10,} {said_here:10.3f} {were:9.3f}")


if __name__ == "__main__":
    main()
