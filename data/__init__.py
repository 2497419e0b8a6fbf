"""Records, Arrow schemas, readers, writers, publishing and samples."""
