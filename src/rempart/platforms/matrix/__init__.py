"""The connector for a Matrix homeserver of one's own (Synapse): README.md says what it can and cannot do."""
