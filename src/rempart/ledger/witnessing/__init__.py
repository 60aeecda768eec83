"""Witnesses of the ledger: the server that anybody runs to be one, and what the ledger sends to those it is told of."""
