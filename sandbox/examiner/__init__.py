"""The examiner: plays Xendit and the buyer for any shop, in any language, and grades what the shop makes of it."""
