"""Floor 2b: one module per format. A reader turns a file into subjects and knows how its format spells a setting."""
