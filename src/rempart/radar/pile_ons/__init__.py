"""Pile-ons: who is suddenly turned upon by many, and which of them act together."""

from rempart.radar.pile_ons.finding import Found, find
from rempart.radar.pile_ons.parameters import Parameters

__all__ = ["Found", "Parameters", "find"]
