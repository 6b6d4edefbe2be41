"""What stands on site and over it: maintenance tags, LOCAL/REMOTE switches, declared operating states."""
