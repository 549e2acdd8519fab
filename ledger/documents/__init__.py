"""Statements as files that people keep."""
