"""Webhooks: announced, planned, shaped, sent, sent again."""
