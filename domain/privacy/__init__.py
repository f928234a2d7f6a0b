"""Data protection: what is held of a person, told in full on request, and forgotten on request."""
