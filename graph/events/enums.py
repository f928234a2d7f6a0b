"""The event log's enums, described for the schema."""

import strawberry

from subscriptions.hub import GapReason

# At import: a type that names an enum first would register it without its description.
strawberry.enum(GapReason, description="Why the log no longer holds what a subscriber missed")

__all__ = ["GapReason"]
