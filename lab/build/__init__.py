"""Build the cache once: sources, file trees, images, and a disk for each scenario."""
