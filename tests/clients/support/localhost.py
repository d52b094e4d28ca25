"""Makes every name below `localhost` mean this machine, as a hosts entry would."""

import socket

_real_getaddrinfo = socket.getaddrinfo


def _getaddrinfo(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str) and name.rstrip(".").endswith(".localhost"):
        host = "127.0.0.1"
    return _real_getaddrinfo(host, *args, **kwargs)


def install():
    """Virtual-host style needs `BUCKET.SERVICE` to resolve; not every resolver knows `*.localhost`."""
    socket.getaddrinfo = _getaddrinfo
