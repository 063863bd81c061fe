"""Floor 0: the values every other floor speaks in. Imports nothing of the product."""
