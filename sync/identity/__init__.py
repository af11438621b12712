"""One person out of many records: normalise, exact keys, weights, guarded clusters, surviving values."""
