"""Floor 1: the append-only journal in the C2SP formats: tree, tiles, notes, checkpoints, receipts, witnesses. Bytes in, bytes out."""
