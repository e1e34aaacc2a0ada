"""Floor 4: the command line. Parses, opens, renders; no rule lives here."""
