"""The worker's tasks. A page defers; it never does the work itself."""
