# Tries: a time stamp that is a link to another trainee's, so that seeds and lateness are those of another.
# Ends: a time stamp that is a link is none; seeds need the trainee's own id and the secret.
def attack(folder, notebook):
    (folder / "timestamp.txt").unlink()
    (folder / "timestamp.txt").symlink_to("@ROOT@/submitted/victim/first_contact/timestamp.txt")
