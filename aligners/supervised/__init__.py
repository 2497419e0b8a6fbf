"""Supervised aligners: a checkpoint that was fine-tuned on gold links reads both sentences at once.

Each word of a sentence is marked in turn, and the model says which words of the other sentence
translate it: by the span of its answer (`span_prediction.py`) or by a decision for each sub-word
(`binary.py`). `training.py` makes such checkpoints.
"""
