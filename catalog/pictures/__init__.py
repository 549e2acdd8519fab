"""Drawn pictures for products that nobody has photographed yet."""

from catalog.pictures.drawing import picture

__all__ = ["picture"]
