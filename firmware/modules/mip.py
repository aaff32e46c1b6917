# The package manager. Interface: mip of micropython-lib. The index is on the bench.

import os
import sys

import requests

allowed_mip_url_prefixes = ("http://", "https://", "github:", "gitlab:", "codeberg:")
_INDEX = "https://micropython.org/pi/v2"


def _makedirs(path):
    at = path.find("/", 1)
    while at > 0:
        try:
            os.mkdir(path[:at])
        except OSError:
            pass  # it is there
        at = path.find("/", at + 1)


def _same(path, digest):
    import binascii, hashlib

    try:
        with open(path, "rb") as file:
            found = binascii.hexlify(hashlib.sha256(file.read()).digest())
    except OSError:
        return False
    return found.startswith(digest.encode())


def _download(url, path):
    response = requests.get(url)
    try:
        if response.status_code != 200:
            print("Error", response.status_code, "requesting", url)
            return False
        print("Copying:", path)
        _makedirs(path)
        piece = bytearray(128)
        with open(path, "wb") as file:
            while n := response.raw.readinto(piece):
                file.write(memoryview(piece)[:n])
    finally:
        response.close()
    return True


def _package(name, index, target, version):
    print("Installing %s (%s) from %s to %s" % (name, version, index, target))
    url = "%s/package/py/%s/%s.json" % (index, name, version)
    response = requests.get(url)
    try:
        if response.status_code != 200:
            print("Package not found:", url)
            return False
        package = response.json()
    finally:
        response.close()
    for path, digest in package.get("hashes", ()):
        path = target + "/" + path
        if _same(path, digest):
            print("Exists:", path)
        elif not _download("%s/file/%s/%s" % (index, digest[:2], digest), path):
            return False
    deps = package.get("deps", ())
    return all(_package(dep, index, target, version) for dep, version in deps)


def install(package, index=None, target=None, version=None, mpy=True):
    target = target or next(p for p in sys.path if p.endswith("/lib"))
    index = (index or _INDEX).rstrip("/")
    if any(package.startswith(prefix) for prefix in allowed_mip_url_prefixes):
        done = _download(package, target + "/" + package.rsplit("/", 1)[-1])
    else:
        done = _package(package, index, target, version or "latest")
    print("Done" if done else "Package may be partially installed")
