"""Prefect flows, the configuration and the command line."""
