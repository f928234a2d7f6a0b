"""Documents known beforehand: the operator's trusted ones, and those that clients register."""
