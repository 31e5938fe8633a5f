"""What a CSO does with submissions and exhibits; a module for each noun."""
