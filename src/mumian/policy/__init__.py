"""ODRL 2.2, the part a market decides by: may this party do this, now, for this purpose? Default deny, forbid trumps permit."""
