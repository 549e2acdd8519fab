"""Hurts the ledger in every way that we know of, then counts what is lost.

``Torture`` (``client``) starts a driver process with a database of its own; the driver runs one
case of ``cases`` at a time: worker processes post and write down what they sent and were told
(``journal``), something goes wrong meanwhile, and ``audit`` holds the books against the notes.
"""
