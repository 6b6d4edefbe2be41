"""The desk of dispatch orders (调度令): written, issued, acknowledged, executed, verified, closed; durable."""
