"""One person out of many records. `exact` decides by exact keys; another engine may take its place."""
