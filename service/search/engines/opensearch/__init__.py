"""The engine over an OpenSearch cluster: the same tasks as the embedded one, the same answers.

The cluster matches, counts, and scores words; what the best articles gain in the second stage is worked out here, from
the same grams, by the same functions.
"""
