"""What other rulebooks would have done: with a wave that came, and with invented waves whose truth is known.

`rows` are the outcomes of docs/replay.md, one a rulebook. `first_measures` of a wave gives for each account, by
`service:handle`, and each rulebook the time and measures of the first action that restricts anything (watching does
not).
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import transaction

from rempart.casework import tasks
from rempart.casework.errors import NotAllowed
from rempart.casework.models import Simulation, WaveReplay
from rempart.casework.services.rulebooks import rulebook_in_force
from rempart.intake.models import Wave
from rempart.intake.ours import is_ours
from rempart.intake.selectors import accounts_of, facts_of, records_about
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.replay import simulate
from rempart.replay.forward import Replayed, replay, run
from rempart.rulebook import Rulebook, load, shipped
from rempart.staff.models import StaffMember


def replay_wave(wave: Wave) -> WaveReplay:
    """Run the wave forward under every shipped rulebook and keep the result, in place of an earlier one.

    Like cases, it is about the platform's own accounts.
    """
    own = [account for account in accounts_of(wave) if is_ours(account.reference)]
    facts = {str(account.reference): facts_of(account) for account in own}
    replayed = run(records_about(own), compared(), accounts=facts)
    rows = msgspec.to_builtins(replayed.outcomes())
    with transaction.atomic():
        kept, _created = WaveReplay.objects.update_or_create(
            wave=wave,
            defaults={"computed_at": now(), "rows": rows, "first_measures": _first_measures(replayed)},
        )
        append(
            Event.WAVE_REPLAYED, subject=wave, content={"rows": rows, "rulebooks": [book.name for book in compared()]}
        )
    return kept


def compared() -> list[Rulebook]:
    """The rulebook in force, then every other that is shipped."""
    _version, ours = rulebook_in_force()
    return [ours, *(load(name) for name in shipped() if name != ours.name)]


def _first_measures(replayed: Replayed) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for course in replayed.courses:
        for account, standing in course.standings.items():
            action = next((one for one in standing.actions if one.restrains), None)
            if action is not None:
                kept = {"at": action.at.isoformat(), "measures": list(action.measures)}
                found.setdefault(str(account.about), {})[course.rulebook.name] = kept
    return found


@transaction.atomic
def ask_simulation(*, accounts: int, seed: int, rulebooks: Sequence[str], acting: StaffMember) -> Simulation:
    """Ask for an invented wave under these rulebooks; the worker computes it.

    Raises NotAllowed for somebody who no longer works here, FileNotFoundError for a rulebook that is not shipped.
    """
    if not acting.is_active:
        raise NotAllowed
    if unknown := set(rulebooks) - set(shipped()):
        raise FileNotFoundError(f"no rulebook is named {sorted(unknown)[0]!r}")
    simulation = Simulation.objects.create(
        accounts=accounts, seed=seed, rulebooks=list(rulebooks), asked_at=now(), asked_by=acting
    )
    append(
        Event.SIMULATION_ASKED,
        subject=simulation,
        acting=acting,
        content={"accounts": accounts, "seed": seed, "rulebooks": list(rulebooks)},
    )
    tasks.compute_simulation.defer(simulation=simulation.pk)
    return simulation


def compute_simulation(simulation: Simulation) -> Simulation:
    """Compute a simulation that was asked for; one that is computed stays as it is."""
    if simulation.computed_at is None:
        wave = simulate(accounts=simulation.accounts, seed=simulation.seed)
        books = [load(name) for name in simulation.rulebooks]
        rows = msgspec.to_builtins(replay(wave.testimonies, books, accounts=wave.accounts, truth=wave.truth))
        with transaction.atomic():
            simulation = Simulation.objects.select_for_update().get(pk=simulation.pk)
            if simulation.computed_at is None:
                simulation.computed_at, simulation.rows = now(), rows
                simulation.save(update_fields=["computed_at", "rows"])
                append(Event.SIMULATION_COMPUTED, subject=simulation, content={"rows": rows})
    return simulation
