"""From List to Sell: the price book, which amount each kind of line is priced on, and the rounding of a month."""
