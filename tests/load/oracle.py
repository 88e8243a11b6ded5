"""What must hold whatever happened, asked of the database in plain SQL (rule 2)."""

from django.db import connection

INVARIANTS: dict[str, str] = {
    "a session holds as many as its count says": """
        SELECT s.id, s.seats_taken, count(b.id) FROM scheduling_session s
        LEFT JOIN scheduling_booking b ON b.session_id = s.id AND b.live
        WHERE s.state <> 'cancelled' GROUP BY s.id HAVING s.seats_taken <> count(b.id)""",
    "no session holds more than its seats": """
        SELECT s.id, s.capacity, count(b.id) FROM scheduling_session s
        JOIN scheduling_booking b ON b.session_id = s.id AND b.live
        GROUP BY s.id HAVING count(b.id) > s.capacity""",
    "held and taken seats stay within the capacity": """
        SELECT id FROM scheduling_session WHERE seats_taken + seats_held > capacity OR seats_held < 0""",
    "nobody is in two sessions at once": """
        SELECT a.id, b.id FROM scheduling_booking a JOIN scheduling_booking b
        ON a.patient_id = b.patient_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        WHERE a.live AND b.live""",
    "nobody has two active bookings of a session": """
        SELECT patient_id, session_id FROM scheduling_booking WHERE status <> 'cancelled'
        GROUP BY patient_id, session_id HAVING count(*) > 1""",
    "nobody's week is past the maximum": """
        SELECT admission_id, week, sum(counted_minutes) FROM scheduling_booking b
        JOIN people_admission a ON a.id = b.admission_id JOIN people_program p ON p.id = a.program_id
        WHERE b.live AND b.override_reason = '' GROUP BY admission_id, week, p.max_minutes
        HAVING sum(counted_minutes) > p.max_minutes""",
    "no counselor leads two sessions at once": """
        SELECT a.id, b.id FROM scheduling_sessioncounselor a JOIN scheduling_sessioncounselor b
        ON a.counselor_id = b.counselor_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        WHERE a.live AND b.live""",
    "no room holds two sessions at once": """
        SELECT a.id, b.id FROM scheduling_session a JOIN scheduling_session b
        ON a.room_id = b.room_id AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
        WHERE a.state <> 'cancelled' AND b.state <> 'cancelled'""",
    "a cancelled session holds nobody": """
        SELECT b.id FROM scheduling_booking b JOIN scheduling_session s ON s.id = b.session_id
        WHERE s.state = 'cancelled' AND b.live""",
    "what a site's doors keep off is called off": """
        SELECT id FROM scheduling_session
        WHERE state <> 'cancelled' AND (outside_hours OR closed_by_id IS NOT NULL)""",
    "every live booking left a word in the trail": """
        SELECT b.id FROM scheduling_booking b WHERE b.live AND NOT EXISTS (
            SELECT 1 FROM people_trailentry t WHERE t.subject_type = 'booking' AND t.subject_id = b.id)
        AND b.created_by_id IS NOT NULL""",
}


def broken() -> set[str]:
    """What does not hold now: the name of each invariant with a row that breaks it."""
    found = set()
    with connection.cursor() as cursor:
        for name, question in INVARIANTS.items():
            cursor.execute(question)
            found |= {f"{name}: {row}" for row in cursor.fetchall()}
    return found
