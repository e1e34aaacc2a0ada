"""Clocks: every time limit that runs, on the official work-day calendar (articles 2, 5 and 30; domain-rules §0.12)."""
