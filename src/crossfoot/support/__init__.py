"""What the reseller's support tells customers: known issues, bound to what they touch, and what services are called."""
