"""Guests' orders on pages: found by a link that comes by mail; the rules are in ``orders.links``."""
