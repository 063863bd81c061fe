"""Floor 5: from a verdict to the smallest change that would settle it."""
