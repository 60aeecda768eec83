"""The same wave under several rulebooks, forward in time; and the simulator of invented waves."""

from rempart.replay.forward import Course, Replayed, replay, run
from rempart.replay.outcome import Outcome
from rempart.replay.simulator import Wave, simulate
from rempart.replay.standing import Action, Standing
from rempart.replay.stars import Parameters

__all__ = [
    "Action",
    "Course",
    "Outcome",
    "Parameters",
    "Replayed",
    "Standing",
    "Wave",
    "replay",
    "run",
    "simulate",
]
