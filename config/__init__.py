"""Settings: one typed object, read once at the start and handed down as arguments."""
