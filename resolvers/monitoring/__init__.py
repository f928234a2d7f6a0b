"""Answers that return metrics, alerts and network segments."""
