"""PostgreSQL and Valkey from wheels, and everything that runs them on a laptop; production imports none of it."""
