"""Training that survives being killed: the loop, its state, the folder of a run."""
