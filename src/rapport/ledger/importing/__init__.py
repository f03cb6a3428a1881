"""Taking the partner's word on accounts in, by file: in any order, as often as it comes."""
