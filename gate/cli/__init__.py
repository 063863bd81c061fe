"""Floor 7: arguments, exit statuses, where output goes."""
