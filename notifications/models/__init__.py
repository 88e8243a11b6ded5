"""One noun a file."""

from notifications.models.change import Change
from notifications.models.event import CalendarEvent
from notifications.models.feed import CalendarFeed
from notifications.models.message import Message
from notifications.models.preference import NotificationPreference
from notifications.models.reminder import Reminder

__all__ = ["CalendarEvent", "CalendarFeed", "Change", "Message", "NotificationPreference", "Reminder"]
