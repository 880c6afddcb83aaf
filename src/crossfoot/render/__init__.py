"""A Table in, bytes out: one module per format, and no format knows another. A renderer cannot query."""
