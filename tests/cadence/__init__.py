"""Who keeps images and templates up to date."""
