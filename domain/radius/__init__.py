"""RADIUS and AAA: who gets on the network, at which rates, and what each session used."""
