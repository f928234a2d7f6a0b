"""Resellers: their tree, and what they earn on their customers' payments."""
