"""What is kept: batches, the history, what became of each job, orders. Files that a person can read and mend."""
