"""Accounts, people, a clock and a platform at random; when nothing is left to do, the platform holds what it should.

Requests fail, processes are killed, the platform's own staff restricts and releases, the platform loses what we put
there. Once troubles are over and everything had its turn: what is ours in force is what casework says, what is not ours
was never touched, each account's orders went out in order, and each change of state has its row in the ledger.
"""

import contextlib
import itertools
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from platforms.memory import Killed, killed, lasting, passing
from rempart.casework import services as casework
from rempart.casework.errors import Refused
from rempart.casework.models import MeasureTaken, PlatformOrder
from rempart.ledger import clock
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.platforms.models import Execution
from rempart.platforms.services import carry_out_due, reconcile, retry_execution

TROUBLES = {"passing": passing, "lasting": lasting, "killed": killed}
CALLS = ("describe", "observe", "preserve", "apply", "apply:done", "lift", "lift:done")
WHO = st.integers(0, 1)
DAYS = timedelta(days=2)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("accuse"), WHO, st.sampled_from([0.7, 0.85])),
        st.tuples(st.just("act"), WHO, st.sampled_from(["approve", "lift", "undo"])),
        st.tuples(st.just("wait"), st.sampled_from([timedelta(seconds=5), timedelta(minutes=7), DAYS])),
        st.tuples(st.just("trouble"), st.sampled_from(sorted(TROUBLES)), st.sampled_from(CALLS)),
        st.tuples(st.just("restrict"), WHO, st.sampled_from(["no_new_contacts", "suspend", None])),
        st.tuples(st.just("release"), WHO),
        st.tuples(st.just("lose"), WHO),
        st.tuples(st.just("work")),
        st.tuples(st.just("compare")),
        st.tuples(st.just("turn")),
    ),
    min_size=8,
    max_size=25,
)
_worlds = itertools.count()


class _Over(Exception):
    """Leave nothing of an example behind."""


class World:
    """Two accounts of a platform, what people and the platform's staff do to them, and what must then be true."""

    def __init__(self, memory, make, judged, reviewer, tells):
        memory.reset()
        memory.tells = tells
        clock.set_offset(timedelta(0))
        number = next(_worlds)
        self.memory, self.judged, self.reviewer = memory, judged, reviewer
        self.handles = [f"w{number}-a", f"w{number}-b"]
        self.accounts = [make(handle=handle) for handle in self.handles]
        self.cases = {}
        self.foreign = {}
        self.lost = set()

    def accuse(self, who, credible):
        """Somebody speaks: a light measure by itself, or also a proposal."""
        self.cases[who] = self.judged(self.accounts[who], credibility=credible)

    def act(self, who, what):
        """A reviewer does something on the case, if they can."""
        case = self.cases.get(who)
        if case is None:
            return
        with contextlib.suppress(Refused), transaction.atomic():
            if what == "undo":
                casework.undo(case, acting=self.reviewer)
            elif what == "approve" and (waiting := case.decisions.filter(state="proposed").first()):
                casework.approve_decision(waiting, acting=self.reviewer, reason="ok")
            elif what == "lift" and (standing := case.decisions.in_force().first()):
                casework.lift_decision(standing, acting=self.reviewer, reason="ok")

    def wait(self, span):
        """Time passes."""
        clock.set_offset(clock.offset() + span)

    def trouble(self, kind, name):
        """From now on something goes wrong at this call."""
        self.memory.trouble = TROUBLES[kind](name)

    def restrict(self, who, measure):
        """The platform's own staff restricts, where that can be told from ours."""
        handle = self.handles[who]
        if handle not in self.foreign and (self.memory.tells or not self._may_be_taken_for_ours(handle)):
            self.memory.restrict(handle, measure)
            self.foreign[handle] = [measure or "other"]

    def release(self, who):
        """The platform's own staff takes its restriction off."""
        if self.foreign.pop(self.handles[who], None):
            self.memory.release(self.handles[who])

    def lose(self, who):
        """The platform loses what we put there, once for each time that it was seen there."""
        handle = self.handles[who]
        held = self._executions(handle).filter(order__action="apply", state="done", seen_at__isnull=False).last()
        if held is not None and held.pk not in self.lost and handle not in self.foreign:
            self.memory.release(handle, by="rempart")
            self.lost |= set(self._executions(handle).values_list("pk", flat=True))

    def work(self):
        """The worker runs, and may be killed."""
        with contextlib.suppress(Killed):
            carry_out_due()

    def compare(self):
        """What holds is compared, by a process that may be killed."""
        with contextlib.suppress(Killed):
            reconcile()

    def turn(self):
        """Troubles are over, and everything has its turn."""
        self.memory.trouble = None
        for _ in range(5):
            self.wait(timedelta(minutes=11))
            for failed in Execution.objects.filter(state="failed"):
                retry_execution(failed, acting=self.reviewer, reason="again")
            carry_out_due()
            reconcile()
        for handle in self.handles:
            self._holds_what_it_should(handle)
            self._went_in_order(handle)
        self._is_in_the_ledger()

    def _executions(self, handle):
        return Execution.objects.filter(order__measure__decision__case__account__handle=handle).order_by("pk")

    def _may_be_taken_for_ours(self, handle):
        """Whether something of ours was sent and not seen gone: nobody could tell the same from theirs then."""
        sent = self._executions(handle).filter(sent_at__isnull=False)
        gone = sent.filter(order__action="lift", seen_at__isnull=False)
        return gone.count() < sent.filter(order__action="apply").count()

    def _holds_what_it_should(self, handle):
        should = MeasureTaken.objects.in_force().filter(decision__case__account__handle=handle)
        names = set(should.exclude(measure="watch").values_list("measure", flat=True))
        theirs = self.foreign.get(handle, [])
        assert sorted(self.memory.in_force(handle, ours=False)) == sorted(theirs)
        ours = self.memory.in_force(handle, ours=True)
        # Where theirs does as much, ours waits if it was not there before.
        assert ours <= names if set(theirs) - {"other"} else ours == names

    def _went_in_order(self, handle):
        ordered = PlatformOrder.objects.filter(measure__decision__case__account__handle=handle)
        places = {one.pk: place for place, one in enumerate(ordered.order_by("due_at", "pk"))}
        numbers = [one.key.split("-")[1:] for one in self.memory.log if one.handle == handle]
        went = [places[int(number)] for number, *again in numbers if not again]
        assert went == sorted(set(went))

    def _is_in_the_ledger(self):
        for one in Execution.objects.select_related("order"):
            about = LedgerRow.objects.filter(subject=reference(one.order))
            rows = list(about.values_list("event", flat=True))
            assert rows.count("order_carried_out") == (one.state == "done")
            assert rows.count("order_dropped") == (one.state == "dropped")
            assert rows.count("order_seen") == (one.seen_at is not None)
            assert (one.order.carried_out_at is not None) == (one.done_at is not None)


@pytest.mark.usefixtures("clock")
def test_whatever_happens_the_platform_comes_to_hold_what_it_should(memory, respondent, judged, reviewer):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tells=st.booleans(), steps=STEPS)
    @example(tells=False, steps=[("restrict", 0, "no_new_contacts"), ("work",), ("wait", DAYS), ("wait", DAYS)])
    @example(tells=False, steps=[("trouble", "killed", "apply:done"), ("work",), ("wait", DAYS), ("wait", DAYS)])
    @example(tells=True, steps=[("work",), ("lose", 0), ("restrict", 0, "no_new_contacts"), ("turn",), ("release", 0)])
    def happens(tells, steps):
        with contextlib.suppress(_Over), transaction.atomic():
            world = World(memory, respondent, judged, reviewer, tells)
            for name, *given_ in [("accuse", 0, 0.7), *steps, ("turn",)]:
                getattr(world, name)(*given_)
            raise _Over

    happens()
