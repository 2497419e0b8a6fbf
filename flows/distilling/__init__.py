"""`spanferry distil`: a corpus translated by a teacher, a student that learns from it."""
