"""The PostgreSQL server that Rempart stands on: the embedded one, or the one that DATABASE_URL names."""
