# Tries: a notebook with graded cells rewritten, and checksums to match.
# Ends: graded cells come from the release.
import hashlib


def attack(folder, notebook):
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader")
        if about and about["grade"]:
            cell["source"] = "4.0"
            about["checksum"] = hashlib.md5(b"4.0").hexdigest()
            about["cell_type"] = "code"
