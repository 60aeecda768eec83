"""What was decided, done on real platforms: connectors, the outbox's worker, reconciliation, and listening."""
