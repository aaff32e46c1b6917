"""What a lab is: its folder, episodes, limits and checks; also the course and the class list."""
