"""T-Projection: candidates from a generator or from n-grams, chosen by translation scores."""
