"""The pages of signing in, of one's own account, and of those who manage members and keys."""
