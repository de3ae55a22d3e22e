"""Build the cache once: sources, roots, images, and one settled disk per scenario."""
