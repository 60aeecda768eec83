"""Figures over a window of time: what came in, what was done, how fast, what was not done and why.

`figures_of(window)` counts, exactly; `protected(figures)` withholds small counts and what would give them away. What
leaves the house for somebody without a legal basis, or for everybody, is protected first.
"""

from rempart.accountability.figures.counting import figures_of
from rempart.accountability.figures.model import Figures, Window
from rempart.accountability.figures.protecting import protected

__all__ = ["Figures", "Window", "figures_of", "protected"]
