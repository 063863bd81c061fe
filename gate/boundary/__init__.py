"""Floor 2c: the facts about a workload, and the level of isolation they add up to. Pure."""
