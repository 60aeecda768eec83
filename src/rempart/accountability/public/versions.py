"""The versions of the rulebook that are public: in force, past, and approved to come. Drafts are not."""

from dataclasses import dataclass
from datetime import datetime

from rempart.accountability.public.rules_told import Change, Told, changed, told
from rempart.casework.models import RulebookVersion
from rempart.casework.services.rulebooks import book_of
from rempart.ledger.clock import now


@dataclass(frozen=True)
class Version:
    """A version, how its address ends, and what was in force before it."""

    stored: RulebookVersion
    slug: str
    before: "Version | None"
    until: datetime | None

    @property
    def in_force(self) -> bool:
        """Whether decisions are taken under it now."""
        begun = self.stored.in_force_from
        return begun is not None and begun <= now() and (self.until is None or self.until > now())

    @property
    def coming(self) -> bool:
        """Whether it is approved and begins later."""
        return self.stored.in_force_from is not None and self.stored.in_force_from > now()

    @property
    def announced_at(self) -> datetime:
        """When it was made public: at its approval, or when it came into force with the software."""
        begun: datetime = self.stored.in_force_from
        return min(self.stored.approved_at or begun, begun)

    def articles(self) -> list[Told]:
        """Its articles in the reader's language."""
        return [told(article, number) for number, article in enumerate(book_of(self.stored).articles, start=1)]

    def changes(self) -> list[Change]:
        """What changed from the version before, in the reader's language; nothing in the first."""
        return changed(book_of(self.before.stored), book_of(self.stored)) if self.before is not None else []


def public_versions() -> list[Version]:
    """Every public version, the newest first.

    The address of a version ends with its date; of two texts with the same name and date, the older one's has the
    beginning of its digest as well.
    """
    found: list[Version] = []
    stored = list(RulebookVersion.objects.exclude(in_force_from=None).order_by("in_force_from"))
    for place, one in enumerate(stored):
        later = stored[place + 1 :]
        again = any((other.name, other.version) == (one.name, one.version) for other in later)
        slug = f"{one.version}~{one.digest[:12]}" if again else one.version
        until = later[0].in_force_from if later else None
        found.append(Version(one, slug, found[-1] if found else None, until))
    return found[::-1]


def in_force(versions: list[Version]) -> Version | None:
    """The one under which decisions are taken now."""
    return next((one for one in versions if one.in_force), None)
