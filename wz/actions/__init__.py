"""What can be done to a case: one file for each action of the regulation."""
