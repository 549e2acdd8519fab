"""Wishlists on the shop's pages; the rules are in ``catalog.services.wishlists``."""
