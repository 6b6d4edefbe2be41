"""The network's model at work: levels estimated every minute, gauges caught lying, orders foreseen."""
