"""Declared access: what each type and field needs, enforced and printed from the same table."""
