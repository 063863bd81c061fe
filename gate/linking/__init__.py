"""Floor 5: joins subjects by their typed references. Knows no format."""
