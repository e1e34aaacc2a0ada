"""Floor 0: what every other floor speaks of. Nothing here knows a room, a disk or a clock."""
