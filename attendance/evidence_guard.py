"""What evidence said before it was amended, and what a closed week was found to be: append-only in the database."""

from people.append_only import AppendOnly

AMENDMENTS = AppendOnly("attendance_amendment", "attendance_amendment", "an amendment")
REVISIONS = AppendOnly("attendance_weekrevision", "attendance_weekrevision", "a revision of a week")
