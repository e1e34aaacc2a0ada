"""Contracts: offers and agreements as ODRL. What is signed is what is decided by, and a terminated agreement permits nothing."""
