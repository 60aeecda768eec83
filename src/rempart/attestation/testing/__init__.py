"""A test issuer, a test wallet and those who attack both, so that everything runs on one machine."""
