"""From the vectors of two sentences to links: one matching method a file."""
