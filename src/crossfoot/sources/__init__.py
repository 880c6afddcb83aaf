"""What bill files exist and what their columns are called. Reads names and headers; understands no money."""
