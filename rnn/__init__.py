"""Problem 1: will tomorrow's count rise? Recurrent nets on the daily COVID-19 counts of every country."""
