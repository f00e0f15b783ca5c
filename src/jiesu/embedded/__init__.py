"""PostgreSQL and Redis of our own under the data directory, and `jiesu up`, which runs everything on one machine."""
