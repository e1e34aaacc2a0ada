"""Floor 2: one chapter of the policy each. Rooms never import each other; see `market/reactions.py`."""
