"""One noun a file."""

from people.models.admission import Admission
from people.models.closure import SiteClosure
from people.models.counselor import Counselor, CounselorCredential
from people.models.family import FamilyConsent, FamilyMember
from people.models.leave import Leave
from people.models.membership import Membership
from people.models.patient import Patient
from people.models.phase import PlanPhase
from people.models.plan_template import PlanTemplate, PlanTemplateStep
from people.models.program import Focus, Program
from people.models.site import Room, Site
from people.models.trail import TrailEntry
from people.models.travel import SiteTravel
from people.models.user import User

__all__ = [
    "Admission",
    "Counselor",
    "CounselorCredential",
    "FamilyConsent",
    "FamilyMember",
    "Focus",
    "Leave",
    "Membership",
    "Patient",
    "PlanPhase",
    "PlanTemplate",
    "PlanTemplateStep",
    "Program",
    "Room",
    "Site",
    "SiteClosure",
    "SiteTravel",
    "TrailEntry",
    "User",
]
