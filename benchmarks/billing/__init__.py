"""A billing run over many customers: its rate, its memory, and what a kill -9 does to it."""
