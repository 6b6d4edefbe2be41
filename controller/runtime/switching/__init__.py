"""The switch 一把闸刀: many lights by one act, looked at first, followed to the last proof."""
