# The package manager, on a bench that has no internet.

import network  # raises on a board without a radio


def install(package, index=None, target=None, version=None, mpy=True):
    print("mip: offline: %s cannot be fetched here." % package)
    print("Copy its files to /lib on the board's flash instead.")
    raise OSError(-2)
