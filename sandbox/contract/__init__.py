"""What Xendit's documents say: amounts, ids, errors, cards, channels. No HTTP, no database."""
