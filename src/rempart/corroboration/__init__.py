"""From testimonies to an assessment of each account: how far what is said can be believed, and why."""

from rempart.corroboration.testimonies import read_testimonies, testimonies_of

__all__ = ["read_testimonies", "testimonies_of"]
