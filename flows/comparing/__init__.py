"""`spanferry compare`: several projection methods on the same translations and gold."""
