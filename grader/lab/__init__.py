"""What a lab is: its folder, episodes, limits and checks; the course and the class list."""
