"""Brokers that carry wake-ups between processes, all behind one supervised backend."""
