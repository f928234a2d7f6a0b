"""Demo data: a provider with a year of history, the same each time, loaded in one transaction."""
