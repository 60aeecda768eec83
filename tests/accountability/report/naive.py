"""The report's totals once more, from the stored rows, by the plainest means: no SQL but SELECT *, no code of the room.

Slow in its way and written apart, so that the two agree only if both are right.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

PARIS = ZoneInfo("Europe/Paris")
MINORS, CYBER, VIOLENCE, SCAMS = (
    "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "STATEMENT_CATEGORY_VIOLENCE",
    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
)
UNSAID = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
TERMS = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
GROOMING, HARASSMENT = "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS", "KEYWORD_CYBER_HARASSMENT"
KIND = {
    "no_recommendation": "visibility",
    "no_contact_with_minors": "provision",
    "no_new_contacts": "provision",
    "no_live": "provision",
    "read_only": "provision",
    "no_monetisation": "monetary",
    "suspend": "account",
}


def place(conduct: list[str], minor: bool | None) -> tuple[int, str, str]:
    """How specific what a notice says is (smaller is more), its category and sub-category."""
    said = set(conduct)
    young = minor is True
    steps = [
        ("image_abuse" in said and young, MINORS, "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"),
        ("sexual_assault" in said and young, MINORS, "KEYWORD_OTHER"),
        ("grooming" in said, MINORS, GROOMING),
        ("sextortion" in said and young, MINORS, GROOMING),
        ("nude_request" in said and young, MINORS, GROOMING),
        ("sexual_messages" in said and young, MINORS, GROOMING),
        ("unsolicited_nudes" in said and young, MINORS, GROOMING),
        ("sexual_assault" in said, VIOLENCE, "KEYWORD_OTHER"),
        ("image_abuse" in said, CYBER, "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING"),
        ("sextortion" in said, CYBER, "KEYWORD_CYBER_BULLYING_INTIMIDATION"),
        ("nude_request" in said, CYBER, HARASSMENT),
        ("sexual_messages" in said, CYBER, HARASSMENT),
        ("unsolicited_nudes" in said, CYBER, HARASSMENT),
        ("harassment" in said, CYBER, HARASSMENT),
        ("financial_exploitation" in said, SCAMS, "KEYWORD_OTHER"),
    ]
    for rank, (fits, category, keyword) in enumerate(steps):
        if fits:
            return rank, category, keyword
    return len(steps), UNSAID, ""


def table(name: str) -> list[dict[str, Any]]:
    """All rows of a table."""
    import json

    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{name}" ORDER BY id')
        columns = [(one.name, one.type_code) for one in cursor.description]
        return [
            {
                key: json.loads(value) if kind == 3802 and value is not None else value
                for (key, kind), value in zip(columns, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


class Naive:
    """Counts by (sheet, category, sub-category, column) and hours likewise; TOTAL is a category."""

    def __init__(self, year: int) -> None:
        self.since = datetime(year, 1, 1, tzinfo=PARIS)
        self.until = datetime(year + 1, 1, 1, tzinfo=PARIS)
        self.counts: Counter[tuple[int, str, str, str]] = Counter()
        self.hours: defaultdict[tuple[int, str, str, str], list[float]] = defaultdict(list)
        self.complaints: Counter[tuple[str, str]] = Counter()
        self.complaint_hours: defaultdict[str, list[float]] = defaultdict(list)
        self.automated: Counter[tuple[str, str]] = Counter()
        self.notices: list[dict[str, Any]] = []
        self.decisions = {row["id"]: row for row in table("casework_decision")}
        self.declared = {row["decision_id"]: row["fields"]["transparency"] for row in table("casework_statement")}
        self.records = {row["id"]: row["assessment"]["by_channel"] for row in table("casework_assessmentrecord")}
        self.cases = {row["account_id"]: row["id"] for row in table("casework_case")}
        self.count_notices()
        self.count_measures()
        self.count_complaints()
        self.count_processing()

    def inside(self, moment: datetime | None) -> bool:
        return moment is not None and self.since <= moment < self.until

    def add(self, sheet: int, category: str, keyword: str, column: str) -> None:
        self.counts[sheet, "TOTAL", "", column] += 1
        self.counts[sheet, category, "", column] += 1
        if keyword:
            self.counts[sheet, category, keyword, column] += 1

    def time(self, category: str, keyword: str, column: str, hours: float) -> None:
        for name in {("TOTAL", ""), (category, ""), (category, keyword)}:
            self.hours[4, *name, column].append(hours)

    def median(self, category: str, keyword: str, column: str) -> float | None:
        hours = self.hours.get((4, category, keyword, column))
        return round(median(hours), 2) if hours else None

    def count_notices(self) -> None:
        said = {row["id"]: row for row in table("intake_testimony")}
        for report in table("intake_report"):
            testimony = said[report["testimony_id"]]
            if testimony["stance"] != "dispute" and testimony["received_at"] < self.until:
                self.notices.append(testimony)
        accounts: dict[int, list[dict[str, Any]]] = {}
        for one in self.notices:
            if self.inside(one["received_at"]):
                _rank, category, keyword = place(one["conduct"], one["complainant_minor"])
                self.add(4, category, keyword, "notices")
                if one["channel"] == "trusted_flagger":
                    self.add(4, category, keyword, "notices_flagger")
                accounts.setdefault(one["account_id"], []).append(one)
        for notices in accounts.values():
            _rank, category, keyword = min(place(one["conduct"], one["complainant_minor"]) for one in notices)
            self.add(4, category, keyword, "items")
            if any(one["channel"] == "trusted_flagger" for one in notices):
                self.add(4, category, keyword, "items_flagger")

    def restrictions(self) -> Iterator[dict[str, Any]]:
        """Measures that began before the end and restrict, with their decision and real end."""
        for row in table("casework_measuretaken"):
            decision = self.decisions[row["decision_id"]]
            if row["measure"] == "watch" or decision["state"] != "taken" or decision["begins_at"] >= self.until:
                continue
            ends = [one for one in (decision["ends_at"], decision["ended_at"], row["lifted_at"]) if one is not None]
            end = min(ends) if ends else None
            if end is None or end > decision["begins_at"]:
                yield {**row, "decision": decision, "begins": decision["begins_at"], "end": end}

    def declaration(self, decision: dict[str, Any]) -> dict[str, Any]:
        """What the statement says; without one, what the rules of the tests' rulebook say of no article."""
        heard = {name for name, many in self.records[decision["assessment_id"]].items() if many}
        return self.declared.get(decision["id"]) or {
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "category": TERMS,
            "category_specification": [],
            "source_type": "SOURCE_ARTICLE_16" if heard - {"public_post"} else "SOURCE_VOLUNTARY",
            "automated_detection": "Yes" if "public_post" in heard else "No",
        }

    def count_measures(self) -> None:
        by_line: dict[tuple[int, str, str], list[dict[str, Any]]] = {}
        for one in self.restrictions():
            by_line.setdefault((one["decision"]["case_id"], one["measure"], one["decision"]["mode"]), []).append(one)
        carried = {
            row["measure_id"]: row["carried_out_at"]
            for row in table("casework_platformorder")
            if row["action"] == "apply"
        }
        begun = [
            one
            for line in by_line.values()
            for one in line
            if not any(
                other is not one
                and (other["begins"], other["id"]) < (one["begins"], one["id"])
                and (other["end"] is None or other["end"] >= one["begins"])
                for other in line
            )
        ]
        told: dict[int, list[dict[str, Any]]] = {}
        for notice in self.notices:
            told.setdefault(self.cases[notice["account_id"]], []).append(notice)
        answers: dict[int, list[tuple[datetime, datetime]]] = {}
        for one in begun:
            declared, case = self.declaration(one["decision"]), one["decision"]["case_id"]
            notices = declared["source_type"] == "SOURCE_ARTICLE_16"
            if notices:
                done = max(one["begins"], carried.get(one["id"]) or one["begins"])
                answers.setdefault(case, []).append((one["begins"], done))
            if not self.inside(one["begins"]):
                continue
            who = "solely" if one["decision"]["approval"] == "automatic" else "not"
            self.automated[f"measures_{who}", "Total number"] += 1
            law = declared["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
            category, keyword = self.place_of(declared)
            if notices:
                before = [other for other in told.get(case, []) if other["received_at"] <= one["begins"]]
                if before:
                    _r, category, keyword = min(place(other["conduct"], other["complainant_minor"]) for other in before)
                category, keyword = (UNSAID, "") if category == TERMS else (category, keyword)
                self.add(4, category, keyword, "by_law" if law else "by_terms")
                if self.records[one["decision"]["assessment_id"]].get("trusted_flagger"):
                    self.add(4, category, keyword, "by_law_flagger" if law else "by_terms_flagger")
                continue
            self.automated[f"measures_{who}", "Own-initiative"] += 1
            sheet = 5 if law and category != TERMS else 6
            self.add(sheet, category, keyword, "measures")
            kind = KIND[one["measure"]]
            for_good = one["decision"]["mode"] == "final" and one["decision"]["ends_at"] is None
            end = "termination" if for_good else "suspension"
            self.add(sheet, category, keyword, "demoted" if kind == "visibility" else f"{kind}_{end}")
            if declared["automated_detection"] == "Yes":
                self.add(sheet, category, keyword, "detected_automatically")
        self.time_answers(answers)

    @staticmethod
    def place_of(declared: dict[str, Any]) -> tuple[str, str]:
        """Category and sub-category that a statement declares."""
        known = [word for word in declared["category_specification"] if word != "KEYWORD_OTHER"]
        return declared["category"], known[0] if known else "KEYWORD_OTHER"

    def time_answers(self, answers: dict[int, list[tuple[datetime, datetime]]]) -> None:
        for notice in self.notices:
            later = [
                one for one in answers.get(self.cases[notice["account_id"]], []) if one[0] >= notice["received_at"]
            ]
            if later and self.inside(min(later)[1]):
                _rank, category, keyword = place(notice["conduct"], notice["complainant_minor"])
                hours = (min(later)[1] - notice["received_at"]) / timedelta(hours=1)
                self.time(category, keyword, "hours_to_action", hours)
                if notice["channel"] == "trusted_flagger":
                    self.time(category, keyword, "hours_to_action_flagger", hours)

    def count_complaints(self) -> None:
        flagged = set()
        channel = {row["id"]: row["channel"] for row in table("intake_testimony")}
        for report in table("intake_report"):
            if channel[report["testimony_id"]] == "trusted_flagger":
                flagged.add(report["conversation_id"])
        measures: dict[int, set[str]] = {}
        for row in table("casework_measuretaken"):
            if row["measure"] != "watch":
                measures.setdefault(row["decision_id"], set()).add(KIND[row["measure"]])
        for one in table("casework_appeal"):
            if one["by"] == "complainant":
                kind = "no_action_flagger" if one["conversation_id"] in flagged else "no_action"
            else:
                about = measures.get(one["decision_id"], set())
                order = ("account", "provision", "monetary", "visibility")
                kind = next((name for name in order if name in about), "")
            for name in {"complaints", kind} - {""}:
                if self.inside(one["filed_at"]):
                    self.complaints[name, "total"] += 1
                if one["state"] == "withdrawn" and self.inside(one["withdrawn_at"]):
                    self.complaints[name, "omitted"] += 1
                if one["state"] in ("upheld", "rejected") and self.inside(one["decided_at"]):
                    self.complaints[name, "reversed" if one["state"] == "upheld" else "upheld"] += 1
                    self.complaint_hours[name].append((one["decided_at"] - one["filed_at"]) / timedelta(hours=1))

    def count_processing(self) -> None:
        looks: dict[int, list[datetime]] = {}
        waiting: set[int] = set()
        for one in self.decisions.values():
            for column in ("approved_at", "seconded_at", "declined_at", "confirmed_at"):
                if one[column] is not None:
                    looks.setdefault(one["case_id"], []).append(one[column])
            answered = [at for at in (one["approved_at"], one["declined_at"]) if at is not None]
            if (
                one["approval"] != "automatic"
                and one["state"] in ("proposed", "taken", "declined")
                and one["proposed_at"] < self.until
                and not (answered and min(answered) < self.until)
            ):
                waiting.add(one["case_id"])
        for row in table("casework_measuretaken"):
            if row["lifted_at"] is not None:
                at = row["lift_announced_at"] or row["lifted_at"]
                looks.setdefault(self.decisions[row["decision_id"]]["case_id"], []).append(at)
        for row in table("casework_outcome"):
            looks.setdefault(row["case_id"], []).append(row["decided_at"])
        for one in self.notices:
            if not self.inside(one["received_at"]):
                continue
            case = self.cases[one["account_id"]]
            scopes = ["NAM Total"] + (["NAM Trusted Flagger"] if one["channel"] == "trusted_flagger" else [])
            seen = any(one["received_at"] <= at < self.until for at in looks.get(case, []))
            if seen or case not in waiting:
                for scope in scopes:
                    self.automated["notices_not" if seen else "notices_solely", scope] += 1
