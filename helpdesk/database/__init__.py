"""The database engine of the settings: Django's PostgreSQL with a pool of ours."""
