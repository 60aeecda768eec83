"""The same wave under several rulebooks, forward in time; and the simulator of invented waves."""

from rempart.replay.simulator import Wave, simulate
from rempart.replay.stars import Parameters

__all__ = ["Parameters", "Wave", "simulate"]
