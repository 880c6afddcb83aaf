"""What happened: rows that are only ever added, sealed into a chain that shows any later change."""
