"""The words everything else is written in: points, images, targets, slots, requests, commands, time. Pure."""
