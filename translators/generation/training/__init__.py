"""Training of text-to-text models on pairs of input and output."""
