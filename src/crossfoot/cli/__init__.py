"""The `crossfoot` command: each command makes a scope, one call and an answer."""
