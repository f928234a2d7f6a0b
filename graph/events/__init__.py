"""The event log as GraphQL: every event, its catalogue, and how it is delivered."""
