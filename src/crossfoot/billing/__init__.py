"""What is owed: the payable base of closed months, and later invoices, payments and budgets."""
