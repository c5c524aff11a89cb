"""The HTTP API: one module a noun. Thin: parameters in, the core's JSON out."""
