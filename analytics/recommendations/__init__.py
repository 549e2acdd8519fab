"""What a shopper may like next, from what all shoppers have bought. See docs/recommendations.md.

Nothing here reads a database or a clock: ``Purchases`` go in, arrays come out.
"""
