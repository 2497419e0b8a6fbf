"""Measurements; run by hand (`make bench`), never as part of the tests."""
