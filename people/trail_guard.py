"""The trail is append-only in the database itself."""

from people.append_only import AppendOnly

TRAIL = AppendOnly("people_trailentry", "people_trail", "the trail")

install, lift, stands = TRAIL.install, TRAIL.lift, TRAIL.stands
