"""The AT Protocol: measures on a personal data server (PDS), its firehose, its users' reports, labels of our own."""
