"""Autoscaling: how many replicas serve."""

import strawberry

from app.api.fields import attribute


@strawberry.type(description="How many replicas serve, and how fast that changes.")
class Autoscaling:
    min_replica: int = attribute("The fewest replicas.")
    max_replica: int = attribute("The most replicas.")
    autoscaling_window: int = attribute("Over how many seconds traffic is averaged.")
    scale_down_delay: int = attribute("How many seconds to wait before scaling down.")
    concurrency_target: int = attribute("How many requests at once a replica should have.")
