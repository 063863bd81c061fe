"""Floor 2c: what an image's own text and metadata prove about its age. Pure; tables and the day are handed in."""
