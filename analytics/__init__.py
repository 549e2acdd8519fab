"""What happened: sales facts, and reports of them."""
