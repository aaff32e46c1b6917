"""What a mark was made of: labs as released, records, replays."""
