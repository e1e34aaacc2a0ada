"""Revenue: who shares in what a product earns, agreed before the first sale, by contribution, to the last fen."""
