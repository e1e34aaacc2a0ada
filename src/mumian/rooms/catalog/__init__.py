"""What data there is: described in DCAT's terms, versioned by digest, measured, graded, and tied to a body's duties (目录)."""
