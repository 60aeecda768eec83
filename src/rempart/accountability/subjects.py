"""What accountability holds about people and does not hand over with a copy of their data (see `privacy.subjects`)."""

_ORDERS = "whether an authority asked is told to the person by itself, when and as the law allows"
LEFT_OUT = {
    "accountability.Request": _ORDERS,
    "accountability.Concerned": _ORDERS,
    "accountability.Execution": _ORDERS,
    "accountability.Answer": _ORDERS,
    "accountability.Enclosure": _ORDERS,
    "accountability.Authority": "who asked; people in it are named for their office",
    "accountability.Commitment": "what was promised to an authority; it names nobody",
    "accountability.Submission": "the statement of reasons, which is handed over, says more; this is public",
}
