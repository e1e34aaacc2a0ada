"""Negotiation (洽谈): what is sought, what is offered to one buyer, what two agree on, and brokers who speak for one of them."""
