"""What people do with partners, members and accounts; a module for each noun."""
