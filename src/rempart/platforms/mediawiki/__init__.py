"""The connector for wikis that run MediaWiki: measures are blocks, placed by an account made for Rempart."""
