"""Floor 3: image age, package freshness and isolation fitness. Pure."""
