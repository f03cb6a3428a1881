"""Lists of customers: criteria, who fits, who is kept off and why, who came and went."""
