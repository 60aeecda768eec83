"""A wave seen as it begins: a tag, or a repeated phrase, under which unusually many people testify."""

from rempart.radar.waves.detector import WaveDetector, waves
from rempart.radar.waves.parameters import Parameters

__all__ = ["Parameters", "WaveDetector", "waves"]
