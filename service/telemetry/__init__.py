"""What the service tells of itself: figures for Prometheus, a log, and one id for each request in both."""
