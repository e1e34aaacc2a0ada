"""The ledger: double entry in integer fen with TigerBeetle's semantics. Nothing is ever edited; corrections are new transfers."""
