"""The tables of the accountability room."""
