"""What can be said about a file from its bytes alone, found out where it can do no harm."""
