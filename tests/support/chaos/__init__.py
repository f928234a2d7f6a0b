"""Storms: real servers under random faults, and three witnesses whose stories must agree."""
