"""From raw files to a published generation: reading, cleaning, stories, enrichment, analysis, index."""
