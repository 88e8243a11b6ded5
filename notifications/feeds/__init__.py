"""Calendar feeds as bytes: how an event is rendered once, and how a feed is joined from kept events."""
