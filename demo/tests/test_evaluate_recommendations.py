"""The command, on the shipped file without a database and on the shop's orders."""

COMMAND = "evaluate_recommendations"
