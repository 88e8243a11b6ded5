"""What the crowd's processes are forked with: the product, loaded once a run and without a connection."""

import django

django.setup()

import scheduling.services.handover  # noqa: E402
import scheduling.services.seat_offers  # noqa: E402
import scheduling.services.tracks  # noqa: E402, F401
