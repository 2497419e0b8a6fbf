"""A small translator learnt from what a big one says (sequence-level knowledge distillation)."""
