"""What Xendit keeps and moves: sessions, payment requests, payments, refunds, saved methods."""
