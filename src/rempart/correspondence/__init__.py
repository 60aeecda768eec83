"""Conversations with people outside: one table of messages, signed links, and the messages that leave the house."""
