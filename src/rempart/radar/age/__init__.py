"""Stated ages in tables of accounts: who may be under 13, from what they publish themselves (the sweep)."""
