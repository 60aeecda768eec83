"""The example wave that ships with Rempart: invented posts in native shapes, to see the whole house at work."""

from pathlib import Path

WAVE = Path(__file__).parent / "wave"
PUBLIC = Path(__file__).parent / "public"

__all__ = ["PUBLIC", "WAVE"]
