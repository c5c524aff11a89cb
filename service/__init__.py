"""From a published generation to answers: search, HTTP API, pages, command line."""
