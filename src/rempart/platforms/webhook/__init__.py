"""The connector for a platform of one's own: it carries measures out itself when a signed webhook asks."""
