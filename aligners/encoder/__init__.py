"""Aligners over an encoder: one batched engine, and what an aligner adds to it."""
