"""Generations on an OpenSearch cluster: an index each, written from a generation on the disk, then never changed.

``cluster`` is the connection, ``mapping`` the form of an index, ``articles`` and ``words`` what is written and ``bulk``
how, ``publishing`` the way from a generation to a live index, and ``remote`` what a reader opens.
"""
