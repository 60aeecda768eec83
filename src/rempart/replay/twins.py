"""The twin of a wave, in which people harmed who spoke each on their own organised openly instead.

Nothing else about them changes: what a model makes of the one and of the other can be compared.
"""

from datetime import timedelta

import msgspec

from rempart.replay.dice import Dice
from rempart.replay.organising import EVENING_HOURS, evening_from, organise
from rempart.replay.parameters import Parameters
from rempart.replay.simulator import Wave


def organised_openly(wave: Wave, *, seed: int, parameters: Parameters | None = None) -> Wave:
    """The same wave, had those harmed by one account organised openly, wherever enough of them spoke of it.

    They keep who they are, what they say happened, their evidence, channels and origins. The evening is the first after
    the last of them made up their mind. `parameters`: `worth_attacking`, `server` and `template` are used.
    Raises ValueError when the wave does not tell its kinds.
    """
    parameters = parameters or Parameters()
    dice = Dice(seed)
    said = list(zip(wave.testimonies, wave.kinds, strict=True))
    places: dict[str, list[int]] = {}
    for place, (testimony, kind) in enumerate(said):
        about = str(testimony.about)
        # Of an account that nobody was harmed by, somebody mistaken may speak again.
        if kind == "true" or (kind == "again" and about in places):
            places.setdefault(about, []).append(place)
    for number, own in enumerate(places.values()):
        if len(own) < parameters.worth_attacking:
            continue
        server = dice.name("c")
        evening = evening_from(said[own[-1]][0].received_at)
        for place in own:
            at = evening + timedelta(seconds=int(dice.between(0, EVENING_HOURS * 3600)))
            testimony = msgspec.structs.replace(said[place][0], received_at=at)
            organise(dice, testimony, server=server, template=number, parameters=parameters)
            said[place] = (testimony, "organised")
    said.sort(key=lambda one: one[0].received_at)
    return wave._replace(testimonies=[testimony for testimony, _ in said], kinds=[kind for _, kind in said])
