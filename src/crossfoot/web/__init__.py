"""Pages: a request becomes a scope, one call and an answer."""
