"""Pages of partners, members and accounts; a module for each of the reader's errands."""
