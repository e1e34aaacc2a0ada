"""Floor 1: published algorithms, one source a file. Nothing here knows a market noun."""
