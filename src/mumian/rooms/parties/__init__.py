"""Who is in the market: natural and legal persons, public bodies, their roles, keys and relations to each other (主体)."""
