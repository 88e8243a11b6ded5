"""What evidence said before it was amended is append-only in the database itself."""

from people.append_only import AppendOnly

AMENDMENTS = AppendOnly("attendance_amendment", "attendance_amendment", "an amendment")
