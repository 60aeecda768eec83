"""The answer as a document: sentences, tables and charts from the data, in one language, set by typst.

No number stands in it that answer.json does not hold; titles of articles come from the rulebooks as they are stored.
The same data give the same bytes.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from rempart.accountability.answers.charts import Bars, over_time
from rempart.accountability.figures.model import ACTED, Figures
from rempart.casework.models import RulebookVersion
from rempart.casework.services import book_of
from rempart.pages.documents import typeset
from rempart.pages.labels import words_for
from rempart.pages.writing import clock, day_month, decimal, duration
from rempart.staff.roles import Role

_FOLDER = files("rempart.accountability.answers")


@cache
def words() -> dict[str, dict[str, Any]]:
    """The document's own words, by language."""
    return dict(yaml.safe_load(_FOLDER.joinpath("words.yaml").read_text(encoding="utf-8")))


def render(data: Mapping[str, Any]) -> bytes:
    """The PDF of what answer.json holds (docs/answers.md)."""
    made_at = int(datetime.fromisoformat(data["made_at"]).timestamp())
    with translation.override(data["language"]):
        return typeset(_FOLDER.joinpath("answer.typ"), _Page(data).said(), made_at=made_at)


class _Page:
    """Everything that the template shows, as text."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.words = words()[data["language"]]
        self.figures = msgspec.convert(data["figures"], Figures, strict=False)

    def said(self) -> dict[str, Any]:
        """What the template reads."""
        figures, words = self.figures, self.words
        window = figures.window
        period = words["period"].format(start=self._day_of(window.start), end=self._day_of(window.end))
        kind = "subtitle_all" if window.hashtag is None else "subtitle_tag"
        return {
            "language": self.data["language"],
            "words": words,
            "platform": ", ".join(self.data["platform"]) or words["dash"],
            "subtitle": words[kind].format(hashtag=window.hashtag, period=period),
            "exact": self.data["exact"],
            "notices": self._notices(),
            "meta": self._meta(),
            "brief": self._brief(),
            "received": self._received(),
            "accounts": self._accounts(),
            "measures": self._measures(),
            "speed": self._speed(),
            "after": self._after(),
            "carried": self._carried(),
            "rules": [self._rulebook(one) for one in figures.rulebooks],
            "promised": self._promised(),
            "method": [runs(one) for one in words["definitions"]],
            "verify": self._verify(),
        }

    # --- how things are written

    def _number(self, count: int | None) -> str:
        return self.words["withheld"] if count is None else decimal(count, 0)

    def _hours(self, hours: float) -> str:
        return f"{decimal(hours, 0)}\u00a0h ({duration(hours)})" if hours >= 72 else duration(hours)

    def _form(self, name: str, count: int | None) -> str:
        kind = "withheld" if count is None else {0: "none", 1: "one"}.get(count, "many")
        said: str = self.words["forms"][name][kind]
        return said.format(n=self._number(count))

    def _day(self, at: date) -> str:
        number = "1er" if self.data["language"] == "fr" and at.day == 1 else str(at.day)
        return f"{number}\u00a0{format_date(at, 'F Y')}"

    def _day_of(self, at: datetime) -> str:
        """The day; with its hour unless that is midnight where the site is."""
        local = timezone.localtime(at)
        return self._day(local.date()) if (local.hour, local.minute) == (0, 0) else self._moment(at)

    def _moment(self, at: datetime) -> str:
        return _("%(day)s at %(time)s") % {"day": self._day(timezone.localtime(at).date()), "time": clock(at)}

    def _short(self, at: date) -> str:
        return day_month(datetime.combine(at, time(12)))

    def _filled(self, sentence: str, **numbers: int | None) -> str:
        said: str = self.words["said"].get(sentence) or self.words[sentence]
        return said.format(**{name: self._number(count) for name, count in numbers.items()})

    def _rows(self, counts: Mapping[str, int | None], labels: Mapping[str, str]) -> list[list[str]]:
        """Label and number of each, but for zeros."""
        return [[labels.get(name, name), self._number(count)] for name, count in counts.items() if count != 0]

    # --- the first page

    def _notices(self) -> list[str]:
        found = [self.words["invented"]] if self.figures.invented else []
        return found + ([] if self.figures.heard else [self.words["said"]["unheard"]])

    def _meta(self) -> list[list[str]]:
        meta, asked = self.words["meta"], self.data["request"]
        rows = [[meta["platform"], ", ".join(self.data["platform"])]]
        rows.append([meta["to"], f"{asked['authority']} ({asked['country']})" if asked else meta["nobody"]])
        if asked:
            rows.append([meta["reference"], f"{asked['reference']} · {asked['number']}"])
            rows += [[meta["basis"], asked["legal_basis"]]] if asked["legal_basis"] else []
            rows += [[meta["asked"], asked["words"]]] if asked["words"] else []
        rows.append([meta["made"], self._moment(datetime.fromisoformat(self.data["made_at"]))])
        rows.append([meta["as_of"], self._moment(self.figures.as_of)])
        return rows

    def _brief(self) -> list[dict[str, str]]:
        figures, said, questions = self.figures, self.words["said"], self.words["questions"]
        received, accounts, measures = figures.received, figures.accounts, figures.measures
        standing = accounts.by_standing
        posts = "posts" if figures.window.hashtag else "posts_all"
        details = {
            "received": [self._filled("stances", **received.by_stance), self._filled(posts, posts=received.posts)],
            "accounts": [self._filled("elsewhere", n=standing["elsewhere"])],
            "restrained": [
                self._filled(
                    "restrained", at_end=measures.at_end, watched=standing["watched"], waits=standing["waits"]
                ),
                "" if measures.restrained == accounts.acted else self._filled("among", acted=accounts.acted),
                said["precaution"],
            ],
        }
        if received.counted_posts != 0:
            counted = {"posts": received.counted_posts, "testimonies": received.counted_testimonies}
            details["received"].append(self._filled("counted", **counted))
        answers = [
            ("received", self._form("received", received.total), details["received"] if received.total != 0 else []),
            ("when", *self._when()),
            (
                "accounts",
                self._form("accounts", accounts.concerned),
                details["accounts"] if standing["elsewhere"] != 0 else [],
            ),
            ("restrained", self._form("restrained", measures.restrained), details["restrained"]),
            ("speed", *self._fast()),
            ("rules", *self._under()),
            (
                "lifted",
                self._form("lifted", figures.lifted.total),
                [self._parts(figures.lifted.by_reason, self.words["lifts"])],
            ),
            (
                "appeals",
                self._form("appeals", figures.appeals.filed),
                [self._parts(figures.appeals.by_state, self.words["appeal_states"])],
            ),
            ("not_acted", self._form("accounts", accounts.not_acted), [said["not_acted"], self._reasons()]),
            ("promised", *self._promises()),
            ("verify", "", [said["verify"]]),
        ]
        return [
            {"question": questions[name], "answer": answer, "more": " ".join(filter(None, more))}
            for name, answer, more in answers
        ]

    def _when(self) -> tuple[str, list[str]]:
        received, said = self.figures.received, self.words["said"]
        if received.first_at is None or received.last_at is None:
            return (said["never"] if received.total == 0 else self.words["withheld"]), []
        counted = {at: count for at, count in received.over_time.items() if count}
        first, last = self._moment(received.first_at), self._moment(received.last_at)
        headline = said["once" if first == last else "when"].format(first=first, last=last)
        if not counted:
            return headline, []
        most = max(counted, key=lambda at: counted[at] or 0)
        day = format_date(most, "F Y") if received.step == "month" else self._day(most)
        return headline, [said[f"peak_{received.step}"].format(n=self._number(counted[most]), day=day)]

    def _fast(self) -> tuple[str, list[str]]:
        speed, said = self.figures.speed, self.words["said"]
        if speed.median_hours is None:
            return said["no_speed"], [said["nobody_speed" if speed.accounts == 0 else "few_speed"]]
        headline = said["median"].format(median=self._hours(speed.median_hours))
        number = self._number(speed.accounts)
        if speed.p90_hours is None:
            return headline, [said["speed_short"].format(n=number)]
        return headline, [said["speed"].format(p90=self._hours(speed.p90_hours), n=number)]

    def _under(self) -> tuple[str, list[str]]:
        said, used = self.words["said"], self.figures.rulebooks
        if not used:
            return said["no_rules"], []
        names = [said["rules"].format(name=one.name, version=one.version) for one in used]
        return " · ".join(names), [said["rules_more"].format(n=sum(len(one.articles) for one in used))]

    def _reasons(self) -> str:
        standing = self.figures.accounts.by_standing
        left = {name: count for name, count in standing.items() if name not in ACTED and count != 0}
        if not left:
            return ""
        order = sorted(left, key=lambda name: -(left[name] or 0))
        return self._listed(self._rows({name: left[name] for name in order}, self.words["standings"]))

    def _parts(self, counts: Mapping[str, int | None], labels: Mapping[str, str]) -> str:
        if all(count is None for count in counts.values()):
            return str(self.words["said"]["too_few"])
        return self._listed(self._rows(counts, labels))

    def _listed(self, rows: list[list[str]]) -> str:
        colon = self.words["colon"]
        said = self.words["separator"].join(f"{label[:1].lower()}{label[1:]}{colon}{number}" for label, number in rows)
        return f"{said[:1].upper()}{said[1:]}." if said else ""

    def _promises(self) -> tuple[str, list[str]]:
        said, promises = self.words["said"], self.data["commitments"]
        asked = self.data["request"]
        if not promises:
            whom = asked["authority"] if asked else said["whom_none"]
            return self._form("promised", 0), [said["promised_none"].format(whom=whom)]
        states = [one["state"] for one in promises]
        counts = {state: states.count(state) for state in self.words["states"]}
        return self._form("promised", len(promises)), [self._filled("promised", **counts)]

    # --- the parts

    def _received(self) -> dict[str, Any]:
        received, words = self.figures.received, self.words
        channels = {name: words_for("channel", name, capital=True) for name in received.by_channel}
        tables = [
            (words["tables"]["stance"], received.by_stance, words["stances"]),
            (words["tables"]["channel"], received.by_channel, channels),
            (words["tables"]["complainant"], received.by_complainant, words["complainants"]),
            (words["tables"]["use"], received.by_use, words["uses"]),
        ]
        return {
            "chart": self._chart(over_time(received, self._short, words["charts"])),
            "tables": [self._table(title, counts, labels, received.total) for title, counts, labels in tables],
        }

    def _table(
        self, title: str, counts: Mapping[str, int | None], labels: Mapping[str, str], total: int | None
    ) -> dict[str, Any]:
        rows = [[f"{one[:1].upper()}{one[1:]}", number] for one, number in self._rows(counts, labels)]
        if all(count is None for count in counts.values()):
            rows = []  # parts of a whole that is too small to be told
        return {"title": title, "rows": rows, "total": self._number(total)}

    def _chart(self, bars: Bars) -> dict[str, Any]:
        said = self.words["separator"].join(
            f"{label}{self.words['colon']}{self._number(value)}" for label, value in bars.values
        )
        return {
            "title": bars.title,
            "alt": self.words["charts"]["alt"].format(title=bars.title, bars=said),
            "bars": [[label, value, self._number(value)] for label, value in bars.values],
            "most": max((value or 0 for _label, value in bars.values), default=0),
            "withheld": any(value is None for _label, value in bars.values),
        }

    def _accounts(self) -> dict[str, Any]:
        standings = self.words["standings"]
        shown = {name: count for name, count in self.figures.accounts.by_standing.items() if count != 0}
        bars = [(standings[name], count) for name, count in shown.items()]
        return {"chart": self._chart(Bars(self.words["charts"]["standing"], bars))}

    def _measures(self) -> dict[str, Any]:
        measures, words = self.figures.measures, self.words
        rows = [
            [
                words_for("measure", kind, capital=True),
                words_for("mode", mode),
                self._number(taken),
                self._number(measures.in_force[kind][mode]),
            ]
            for kind, modes in measures.taken.items()
            for mode, taken in modes.items()
            if taken != 0 or measures.in_force[kind][mode] != 0
        ]
        approvals = {name: words_for("approval", name, capital=True) for name in measures.by_approval}
        return {
            "rows": rows,
            "approvals": self._table(words["tables"]["approval"], measures.by_approval, approvals, measures.decisions),
            "first": self._filled("first_time", newly=measures.newly, cases=self.figures.cases),
            "extra": self._filled(
                "extra",
                confirmed=measures.confirmed,
                declined=measures.declined,
                renewed=measures.renewed,
                waiting=measures.waiting,
                statements=self.figures.statements,
            ),
        }

    def _speed(self) -> dict[str, Any]:
        times = self.words["times"]
        bars = [(times[name], count) for name, count in self.figures.speed.by_time.items()]
        return {"chart": self._chart(Bars(self.words["charts"]["speed"], bars)), "more": self._fast()[1]}

    def _after(self) -> dict[str, Any]:
        figures, words = self.figures, self.words
        titles, appeals = words["tables"], figures.appeals
        outcomes = {name: words_for("outcome", name, capital=True) for name in figures.outcomes}
        answered = {"upheld": appeals.upheld, "rejected": appeals.rejected}
        tables = [
            self._table(titles["lifted"], figures.lifted.by_reason, words["lifts"], figures.lifted.total),
            self._table(titles["outcomes"], figures.outcomes, outcomes, figures.outcomes_total),
            self._table(titles["appeals"], appeals.by_state, words["appeal_states"], appeals.filed),
            self._table(titles["authors"], appeals.by_author, words["authors"], appeals.filed),
            self._table(titles["answered"], answered, words["appeal_states"], appeals.answered),
        ]
        more = [self._filled("eased", n=figures.lifted.eased)] if figures.lifted.eased != 0 else []
        if appeals.median_hours is not None:
            more.append(words["answer_time"].format(median=self._hours(appeals.median_hours)))
        small = [one for one in tables if one["total"] != "0" and not one["rows"]]
        if small:
            more.append(self._listed([[one["title"], one["total"]] for one in small]))
        return {"tables": [one for one in tables if one["rows"]], "more": " ".join(more)}

    def _carried(self) -> list[list[str]]:
        by_action = self.figures.carried.by_action
        states = [state for state in self.words["carried"] if any(of[state] != 0 for of in by_action.values())]
        return [
            [self.words["carried"][state], *(self._number(by_action[action][state]) for action in ("apply", "lift"))]
            for state in states
        ]

    def _rulebook(self, used: Any) -> dict[str, Any]:
        words, language = self.words, self.data["language"]
        when = words["never_in_force"]
        if used.since is not None:
            until = words["until"].format(until=self._moment(used.until)) if used.until else ""
            when = words["since"].format(since=self._moment(used.since)) + until
        stored = RulebookVersion.objects.filter(digest=used.sha256).first()
        cited = [book_of(stored).article(name) for name in used.articles] if stored is not None else []
        return {
            "title": words["said"]["rules"].format(name=used.name, version=used.version),
            "when": f"{when[:1].upper()}{when[1:]}. {words['under'].format(n=self._number(used.decisions))}",
            "sha256": used.sha256,
            "articles": [
                [
                    article.title[language],
                    words_for("measure", article.measure, capital=True),
                    words_for("approval", article.approval),
                ]
                for article in cited
            ],
        }

    def _promised(self) -> list[list[str]]:
        roles = dict(Role.choices)
        return [
            [
                one["words"] + (f" — {one['because']}" if one.get("because") else ""),
                str(roles.get(one["owner_role"], one["owner_role"])),
                self._day(timezone.localtime(datetime.fromisoformat(one["promised_at"])).date()),
                self._day(timezone.localtime(datetime.fromisoformat(one["due"])).date()),
                self.words["states"].get(one["state"], one["state"]),
                self.words["place"].format(n=one["place"]) if one.get("place") is not None else self.words["dash"],
            ]
            for one in self.data["commitments"]
        ]

    def _verify(self) -> dict[str, Any]:
        log = self.data["log"]
        earlier = log["earlier"]
        return {
            "steps": [runs(one) for one in self.words["verify"]],
            "consistency": runs(self.words["consistency"].format(size=earlier["size"])) if earlier else None,
            "log": [[self.words["log"][name], str(log[name])] for name in ("origin", "size", "root", "key")],
        }


def runs(text: str) -> list[list[str]]:
    """A text in runs of [kind, text]: `**so**` is strong, `` `so` `` is code, the rest plain."""
    found = []
    for part in re.split(r"(\*\*.+?\*\*|`.+?`)", text):
        if part.startswith("**"):
            found.append(["strong", part[2:-2]])
        elif part.startswith("`"):
            found.append(["code", part[1:-1]])
        elif part:
            found.append(["plain", part])
    return found
