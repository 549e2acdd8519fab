"""Pictures that sellers send: never kept as they came."""
