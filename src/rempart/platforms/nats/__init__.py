"""Platforms that publish their own events on NATS JetStream: README.md says in which form."""
