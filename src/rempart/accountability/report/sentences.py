"""The words of the report, from sentences.yaml: what stands beside a figure, and the texts of the last sheet."""

from functools import cache
from typing import Any

import yaml

from rempart.accountability.report.counting import Accuracy, Counts
from rempart.accountability.report.template import HERE, Category


@cache
def _said() -> dict[str, Any]:
    said: dict[str, Any] = yaml.safe_load((HERE / "sentences.yaml").read_text())
    return said


class Sentences:
    """What is said beside the figures of one report."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self.not_given: str = _said()["not_given"]
        self.very_large: str = _said()["very_large"]
        self.language: str = _said()["language"]

    def category(self, category: Category) -> str | None:
        """Beside a category of sheet 2."""
        words: str | None = _said()["categories"].get(category.number)
        return words

    def orders(self) -> dict[str, str]:
        """Beside the totals of sheet 3, by the key of the column."""
        said = dict(_said()["orders"])
        if self._counts.foreign_orders:
            said["orders_to_act"] += " " + _said()["foreign_orders"].format(foreign=self._counts.foreign_orders)
        return said

    def notices(self) -> dict[str, str]:
        """Beside the totals of sheet 4, by the key of the column."""
        said = dict(_said()["notices"])
        said["by_terms"] = said["by_terms"].format(carried_on=self._counts.carried_on)
        if self._counts.erased:
            said["notices"] += " " + _said()["erased"].format(erased=self._counts.erased)
        return said | {"notices": self._marked(said["notices"])}

    def own_initiative(self) -> dict[str, str]:
        """Beside the totals of sheets 5 and 6, by the key of the column."""
        said = dict(_said()["own_initiative"])
        return said | {"measures": self._marked(said["measures"])}

    def appeals(self, indicator: str, scope: str) -> str | None:
        """Beside a row of sheet 7."""
        words = _said()["appeals"].get(f"{indicator}.{scope}")
        counts = self._counts
        return words and words.format(reporting=counts.about_reporting, pending=counts.pending_appeals)

    def automated(self, indicator: str) -> str:
        """Beside a number of sheet 8."""
        return str(_said()["automated"][indicator])

    def accuracy(self, indicator: str, automatic: bool, found: Accuracy) -> str:
        """Beside an indicator of accuracy."""
        which = "unknown" if indicator != "precision" else "precision" if found.judged else "unseen"
        means = _said()["means_automatic" if automatic else "means_proposed"]
        said = _said()["accuracy"][which]
        return str(said.format(means=means, kept=found.kept, judged=found.judged, unseen=found.unseen))

    def qualitative(self, key: str) -> str:
        """A text of the last sheet; empty where only the team can write it."""
        text = _said()["qualitative"].get(key, "")
        return self._marked(text) if key == "summary" else text

    def _marked(self, words: str) -> str:
        """Words that say so where invented examples are among what is counted."""
        return f"{_said()['invented']} {words}" if self._counts.invented else words
