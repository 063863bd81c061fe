"""Floor 2b: loads and checks policies and declarations."""
