# Tries: attached files that unpack to gigabytes: an archive of archives, pictures of a billion points, a compressed notebook.
# Ends: attached files are copied as bytes; nothing unpacks or draws them.
import io
import struct
import zipfile
import zlib


def attack(folder, notebook):
    inner = bytes(8 << 20)
    for name in ("zeros.bin", "a.zip", "b.zip"):
        place = io.BytesIO()
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as made:
            for number in range(20):
                made.writestr(f"../../{number}{name}", inner)
        inner = place.getvalue()
    (folder / "bomb.zip").write_bytes(inner)
    (folder / "first_contact.ipynb.gz").write_bytes(zlib.compress(bytes(32 << 20)))
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    chunk = struct.pack(">I", len(head)) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    (folder / "picture.svg").write_text(f'<!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]><svg>&l9;</svg>')
