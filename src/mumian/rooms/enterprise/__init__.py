"""Companies and their data: the chief data officer's desk, licences that are fair in both directions, what leaders open to small firms (articles 3 and 29)."""
