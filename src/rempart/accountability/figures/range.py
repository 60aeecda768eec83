"""What a window reaches: which waves, testimonies and cases it is about, and the moment as of which it is told."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from rempart.accountability.figures.model import Window
from rempart.casework.models import Case, Decision
from rempart.intake.models import Post, Testimony, Wave
from rempart.ledger.clock import now

ACCUSING = (Testimony.Stance.TESTIMONY.value, Testimony.Stance.RELAY.value)


@dataclass(frozen=True)
class Range:
    """A window and the rows that it reaches. start ≤ moment < until; `until` is the window's end, or now before it."""

    window: Window
    until: datetime
    waves: tuple[int, ...] | None
    invented: bool

    @classmethod
    def of(cls, window: Window) -> "Range":
        """The range of a window, as of its end or of now. Posts of an invented wave count where there is no other."""
        waves = Wave.objects.all() if window.hashtag is None else Wave.objects.filter(hashtag=window.hashtag)
        found = list(waves.values_list("pk", "invented"))
        invented = bool(found) and all(one for _pk, one in found)
        chosen = None if window.hashtag is None else tuple(pk for pk, one in found if one == invented)
        return cls(window, max(min(window.end, now()), window.start), chosen, invented)

    def within(self, column: str) -> dict[str, datetime]:
        """The condition that a moment is of the window."""
        return {f"{column}__gte": self.window.start, f"{column}__lt": self.until}

    def testimonies(self) -> "QuerySet[Testimony]":
        """What came in: under the hashtag, and what people handed in about the accounts that it accuses."""
        found = Testimony.everything.filter(**self.within("received_at"))
        if self.waves is None:
            return found.order_by()
        return (found.filter(post__in=self._posts()) | found.filter(post=None, account__in=self._accused())).order_by()

    def posts(self) -> "QuerySet[Post]":
        """The posts kept under the hashtag, or of any wave, whatever they say."""
        found = Post.objects.filter(**self.within("created_at"), erased_at=None)
        return found.order_by() if self.waves is None else found.filter(pk__in=self._posts()).order_by()

    def cases(self) -> "QuerySet[Case]":
        """The cases that it is about: all, or of the accounts accused under the hashtag before `until`."""
        found = Case.objects.order_by()
        return found if self.waves is None else found.filter(account__in=self._accused())

    def decisions(self) -> "QuerySet[Decision]":
        """The decisions on those cases, of any time."""
        found = Decision.objects.order_by()
        return found if self.waves is None else found.filter(case__in=self.cases().values("pk"))

    def _posts(self) -> "QuerySet[Post]":
        return Post.objects.filter(wavepost__wave__in=self.waves or ()).order_by().values("pk")

    def _accused(self) -> "QuerySet[Testimony]":
        accusing = Testimony.everything.filter(stance__in=ACCUSING, received_at__lt=self.until)
        return accusing.filter(post__in=self._posts()).order_by().values("account")
