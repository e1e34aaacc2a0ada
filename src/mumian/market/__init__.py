"""Floor 3: the market, one writer: facts → decide → reactions → journal → evolve."""
