"""Opening a wave that the radar saw begin: its hashtag is listened for from then on, as a wave on the desk."""

from django.db import transaction

from rempart.intake.models import Wave
from rempart.intake.services import normal_hashtag, watch_tag
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.models import LiveWave
from rempart.staff.models import StaffMember


class CannotBeOpened(ValueError):
    """The wave cannot be listened for; the message says why."""


def may_open(live_wave: LiveWave) -> bool:
    """Whether it may be opened without a person: a hashtag that names nobody, under which people testify."""
    return (
        live_wave.public
        and live_wave.type == LiveWave.Type.TAG
        and live_wave.signal == LiveWave.Signal.TESTIMONIES
        and live_wave.state == LiveWave.State.OPEN
    )


@transaction.atomic
def open_wave(live_wave: LiveWave, *, acting: StaffMember | None) -> Wave:
    """Listen for the hashtag from now on, as a wave; opened again, it is the same wave.

    What was posted before was not kept, and is not in the wave. acting: None when the settings open waves at once.
    Raises CannotBeOpened for a phrase, and for a tag that names somebody when no person asks; what `watch_tag` raises.
    """
    one = LiveWave.objects.select_for_update().get(pk=live_wave.pk)
    if one.type != LiveWave.Type.TAG:
        raise CannotBeOpened("only a hashtag can be listened for")
    if acting is None and not may_open(one):
        raise CannotBeOpened("a person has to decide whether it is listened for")
    if one.state == LiveWave.State.OPENED and one.wave is not None:
        return one.wave
    watch_tag(one.tag, acting=acting)
    defaults = {"opened_at": now()}
    one.wave, _created = Wave.objects.get_or_create(hashtag=normal_hashtag(one.tag), invented=False, defaults=defaults)
    one.state, one.opened_by, one.opened_by_hand = LiveWave.State.OPENED, acting, acting is not None
    if one.raised_at is None:
        one.raised_at, one.held_because = now(), ""
    one.save(update_fields=["wave", "state", "opened_by", "opened_by_hand", "raised_at", "held_because"])
    append(Event.LIVE_WAVE_OPENED, subject=one, acting=acting, content={"wave": one.wave.pk})
    return one.wave
