"""Auctions (竞价): open, falling and sealed, of a listing whose price is to be found; nobody sees a sealed bid early."""
