"""Who asks: people, customers, the accounts they own, and the two walls between them."""
