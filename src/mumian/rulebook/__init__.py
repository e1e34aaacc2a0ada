"""The rulebook: rules of law as data, each with its version, its days, its article and how certain it is; and the calendar of work days."""
