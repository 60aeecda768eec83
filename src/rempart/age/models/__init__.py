"""Tables of the age room."""

from rempart.age.models.assurances import Assurance, Confidence, Method, Subject

__all__ = ["Assurance", "Confidence", "Method", "Subject"]
