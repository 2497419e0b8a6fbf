"""Vectors of parts of texts, for the projection method `embedding`."""
