"""What care does: one function a use case, one transaction, one row of the ledger."""
