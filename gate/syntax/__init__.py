"""Floor 1: grammars with positions. A grammar knows how a format is written and nothing of what it means."""
