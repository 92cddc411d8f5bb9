"""The commands: each trains, saves numbers as CSV, and draws its figures from the saved numbers."""
