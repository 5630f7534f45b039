"""State that survives a crash: ledger, blobs, cached steps, bucket, backup, retention."""
