"""Votes of several aligners: their settings, and how their links become one."""
