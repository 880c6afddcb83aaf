"""A Table leaves the house: files made whole, remembered by their hash."""
