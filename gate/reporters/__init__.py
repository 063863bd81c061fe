"""Floor 5: one module per output format. A reporter turns a report into text and decides nothing."""
