"""A data domain: next to its holder's data, with a key of its own. Rows stay here; approved, gated answers leave."""
