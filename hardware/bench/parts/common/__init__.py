"""What several parts share: the base classes, bus roles, display controllers, memories."""
