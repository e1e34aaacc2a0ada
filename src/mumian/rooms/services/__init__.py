"""Third-party services (政策第11条): who is qualified for what, engagements, opinions, ratings."""
