"""Downloads one file from the package registry, with the configuration of pip on this machine:

    python tests/support/download.py PROJECT SHA256 FILE

It uses the code of pip but does not unpack the file, so no code of a package runs. Packages for
MicroPython often have no `setup.py` that pip could build. Exits 1 when no registry can be reached.
"""

import sys
from pathlib import Path

from pip._internal.commands.download import DownloadCommand
from pip._vendor.requests.exceptions import RequestException

HASTE = ["--retries", "1", "--timeout", "20"]


def main(project: str, sha256: str, file: Path) -> int:
    """Returns the exit status; at 0 `file` exists."""
    command = DownloadCommand("download", "")
    with command.main_context():
        options, _arguments = command.parse_args(HASTE)
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        for found in finder.find_all_candidates(project):
            if found.link.hash == sha256:
                answer = session.get(found.link.url_without_fragment)
                answer.raise_for_status()
                file.write_bytes(answer.content)
                return 0
        # A registry that answers has pip itself.
        if any(found.link.scheme != "file" for found in finder.find_all_candidates("pip")):
            raise ValueError(f"the package registry has no file of {project} with that hash")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))
    except RequestException as error:
        sys.exit(str(error))
