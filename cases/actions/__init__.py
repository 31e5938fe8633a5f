"""What follows a hand-over: referrals, what recipients do with them, and advice; a module each."""
