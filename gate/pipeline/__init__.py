"""Floor 6: discover, read, link, judge, decide, suggest."""
