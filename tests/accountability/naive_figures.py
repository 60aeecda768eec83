"""The figures of a window, recomputed slowly and plainly: every row fetched, everything decided one by one.

Written from the definitions of `figures/model.py` alone; shares nothing with what it checks.
"""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

from rempart.casework import models as casework
from rempart.intake.models import Account, HourlyCount, Post, Testimony, Wave, WavePost

PARIS = ZoneInfo("Europe/Paris")
TINY = timedelta(microseconds=1)


def ends_of(measure, decision):
    return min((at for at in (decision.ends_at, decision.ended_at, measure.lifted_at) if at), default=None)


class Naive:
    """Everything of a window, as attributes; `until` is its end or the moment given, whichever is first."""

    def __init__(self, window, now):
        self.start, self.until = window.start, min(window.end, now)
        self.read(window.hashtag)
        self.received()
        self.held()
        self.accounts_stand()
        self.decided()

    def inside(self, at):
        return at is not None and self.start <= at < self.until

    def before(self, at):
        return at is not None and at < self.until

    def read(self, hashtag):
        testimonies = list(Testimony.everything.all())
        self.posts = list(Post.objects.filter(erased_at=None))
        self.cases = {case.account_id: case for case in casework.Case.objects.all()}
        self.hours = list(HourlyCount.objects.all())
        if hashtag is not None:
            waves = {wave.pk for wave in Wave.objects.filter(hashtag=hashtag)}
            under = {row.post_id for row in WavePost.objects.all() if row.wave_id in waves}
            accused = {
                one.account_id
                for one in testimonies
                if one.post_id in under and one.stance != "dispute" and one.received_at < self.until
            }
            self.posts = [post for post in self.posts if post.pk in under]
            self.hours = [hour for hour in self.hours if hour.wave_id in waves]
            self.cases = {account: case for account, case in self.cases.items() if account in accused}
            kept = [
                one
                for one in testimonies
                if one.post_id in under or (one.post_id is None and one.account_id in accused)
            ]
        else:
            kept = testimonies
        self.everything = testimonies
        self.testimonies = [one for one in kept if self.inside(one.received_at)]
        numbers = {case.pk for case in self.cases.values()}
        self.decisions = {one.pk: one for one in casework.Decision.objects.all() if one.case_id in numbers}
        self.measures = [one for one in casework.MeasureTaken.objects.all() if one.decision_id in self.decisions]

    def received(self):
        self.by_channel = Counter(one.channel for one in self.testimonies)
        self.by_stance = Counter(one.stance for one in self.testimonies)
        self.by_complainant = Counter(
            {True: "minor", False: "adult", None: "not_said"}[one.complainant_minor] for one in self.testimonies
        )
        self.by_use = Counter(
            "withdrawn"
            if one.withdrawn_at
            else "unfounded"
            if one.unfounded_at
            else "set_aside"
            if one.set_aside_at
            else "counts"
            for one in self.testimonies
        )
        self.by_day = Counter(one.received_at.astimezone(PARIS).date() for one in self.testimonies)
        self.by_post = Counter(post.stance for post in self.posts if self.inside(post.created_at))
        self.counted = [hour for hour in self.hours if self.inside(hour.hour)]

    def held(self):
        """Of each case, when each measure held, for any time at all."""
        self.spans = []
        for measure in self.measures:
            decision = self.decisions[measure.decision_id]
            ends = ends_of(measure, decision)
            if decision.state == "taken" and (ends is None or ends > decision.begins_at):
                self.spans.append((decision.case_id, measure.measure, decision, decision.begins_at, ends, measure))

    def in_force(self, case, at, measure=None):
        """Whether the case was under this measure, or any restraint, at a moment."""
        return any(
            one == case and begins <= at and (ends is None or at < ends)
            for one, name, _decision, begins, ends, _row in self.of(case)
            if (name != "watch" if measure is None else name == measure)
        )

    def of(self, case):
        if not hasattr(self, "_of"):
            self._of = {}
            for span in self.spans:
                self._of.setdefault(span[0], []).append(span)
        return self._of.get(case, [])

    def accounts_stand(self):
        self.concerned = {one.account_id for one in self.testimonies if one.stance != "dispute"}
        self.standing = Counter(self.stands(account) for account in self.concerned)

    def stands(self, account):  # noqa: PLR0911, PLR0912 - plain on purpose
        case = self.cases.get(account)
        just_before = self.until - TINY
        if case is None:
            service = Account.objects.get(pk=account).service
            return "not_assessed" if service == "tiktok" else "elsewhere"
        if self.in_force(case.pk, just_before):
            return "restrained"
        spans = self.of(case.pk)
        if any(name != "watch" and begins < self.until for _c, name, _d, begins, _e, _m in spans):
            return "restrained_before"
        if any(
            name != "watch" and self.before(decision.taken_at) and begins >= self.until
            for _c, name, decision, begins, _e, _m in spans
        ):
            return "begins_later"
        mine = [one for one in self.decisions.values() if one.case_id == case.pk]
        if any(self.waits(one) for one in mine):
            return "waits"
        if self.in_force(case.pk, just_before, "watch"):
            return "watched"
        records = [one for one in casework.AssessmentRecord.objects.filter(case=case) if self.before(one.made_at)]
        if not records:
            return "not_assessed"
        outcomes = [
            one
            for one in casework.Outcome.objects.filter(case=case)
            if self.before(one.decided_at) and not self.before(one.undone_at)
        ]
        if outcomes:
            last = max(outcomes, key=lambda one: (one.decided_at, one.pk)).kind
            if last in ("no_action", "warned", "referred"):
                return last
        if any(one.state == "declined" and self.before(one.declined_at) for one in mine):
            return "declined"
        if not any(
            one.account_id == account
            and one.stance != "dispute"
            and one.received_at < self.until
            and not any(map(self.before, (one.withdrawn_at, one.set_aside_at, one.unfounded_at)))
            for one in self.everything
        ):
            return "withdrawn"
        last = max(records, key=lambda one: (one.made_at, one.pk))
        if last.coordination >= 0.5:
            return "coordination"
        if last.independent_sources < 2:
            return "few_sources"
        if last.severity < 2:
            return "slight"
        return "doubtful" if last.credibility < 0.5 else "no_article"

    def waits(self, one):
        if one.proposed_at >= self.until:
            return False
        if one.state == "proposed":
            return True
        if one.state == "taken":
            return one.taken_at >= self.until
        return one.state == "declined" and one.declined_at >= self.until

    def decided(self):
        numbers = {case.pk for case in self.cases.values()}
        self.restrained, self.at_end, self.newly = set(), set(), {}
        self.ended, self.eased = Counter(), set()
        self.taken = {
            (case, name, d.mode)
            for case, name, d, begins, _e, _m in self.spans
            if self.inside(begins) and d.renews_id is None
        }
        self.standing_measures = {
            (case, name, d.mode)
            for case, name, d, begins, ends, _m in self.spans
            if begins < self.until and (ends is None or ends >= self.until)
        }
        for case in numbers:
            mine = [span for span in self.of(case) if span[1] != "watch" and span[3] < self.until]
            if not mine:
                continue
            if any(ends is None or ends >= self.start for _c, _n, _d, _b, ends, _m in mine):
                self.restrained.add(case)
            if any(ends is None or ends >= self.until for _c, _n, _d, _b, ends, _m in mine):
                self.at_end.add(case)
            first = min(span[3] for span in mine)
            if first >= self.start:
                self.newly[case] = first
            for at in {span[4] for span in mine if self.inside(span[4])}:
                if any(begins <= at and (ends is None or ends > at) for _c, _n, _d, begins, ends, _m in mine):
                    if any(span[5].lifted_at == at == span[4] for span in mine):
                        self.eased.add(case)
                else:
                    self.ended[self.why(max((s for s in mine if s[4] == at), key=lambda s: (s[3], s[2].pk)))] += 1
        taken = [one for one in self.decisions.values() if one.state == "taken" and self.inside(one.taken_at)]
        self.by_approval = Counter(one.approval for one in taken)
        self.renewed = sum(one.renews_id is not None for one in taken)
        self.confirmed = sum(self.inside(one.confirmed_at) for one in self.decisions.values())
        self.declined = sum(one.state == "declined" and self.inside(one.declined_at) for one in self.decisions.values())
        self.waiting = sum(map(self.waits, self.decisions.values()))
        self.opened = sum(self.inside(case.opened_at) for case in self.cases.values())
        self.hours_to_first = sorted(self.waited())
        self.statements = sum(
            self.inside(one.made_at) for one in casework.Statement.objects.all() if one.decision_id in self.decisions
        )
        self.outcomes = Counter(
            one.kind
            for one in casework.Outcome.objects.all()
            if one.case_id in numbers and self.inside(one.decided_at) and not self.before(one.undone_at)
        )
        self.appealed(numbers)
        known = {one.pk for one in self.measures}
        self.orders = Counter(
            (one.action, "done" if one.carried_out_at else "unconnected")
            for one in casework.PlatformOrder.objects.all()
            if one.measure_id in known and self.inside(one.due_at)
        )

    def why(self, span):
        _case, _name, decision, _begins, ends, measure = span
        if measure.lifted_at != ends:
            return "replaced" if decision.ended_at == ends else "end"
        appeals = casework.Appeal.objects.filter(decision=decision, by="respondent", state="upheld")
        if any(self.before(one.decided_at) for one in appeals):
            return "appeal"
        again = [
            one.because
            for one in casework.Reconsideration.objects.filter(decision=decision, state="lifted")
            if self.before(one.answered_at)
        ]
        return "reply" if "reply" in again else "link" if "link" in again else "review"

    def waited(self):
        account_of = {case.pk: account for account, case in self.cases.items()}
        said = {}
        for one in self.everything:
            if one.stance != "dispute":
                said[one.account_id] = min(said.get(one.account_id, one.received_at), one.received_at)
        for case, at in self.newly.items():
            first = said.get(account_of[case])
            if first is not None and first <= at:
                yield (at - first).total_seconds() / 3600

    def appealed(self, numbers):
        appeals = [one for one in casework.Appeal.objects.all() if one.case_id in numbers]
        self.filed, self.authors = Counter(), Counter()
        for one in appeals:
            if self.inside(one.filed_at):
                over = self.before(one.decided_at) or self.before(one.withdrawn_at)
                self.filed[one.state if over else "pending"] += 1
                self.authors[one.by] += 1
        self.answered = Counter(
            one.state for one in appeals if self.inside(one.decided_at) and one.state in ("upheld", "rejected")
        )
