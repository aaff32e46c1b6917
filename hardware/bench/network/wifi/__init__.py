"""The radio layer: access points, a board's WiFi radio, and ESP-NOW."""
