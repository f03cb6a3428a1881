"""Text as numbers: pieces of words, sentence vectors, and weighed words and letters."""
