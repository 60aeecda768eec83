"""What can happen: the name under which the ledger keeps each kind of act, and the words people read."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Event(TextChoices):
    """Kinds of ledger rows. A stored value never changes its meaning and is never reused."""

    CONTENT_ERASED = "content_erased", _("Content erased")

    STAFF_ADDED = "staff_added", _("Staff member added")
    STAFF_ROLE_CHANGED = "staff_role_changed", _("Staff member's role changed")
    STAFF_DEACTIVATED = "staff_deactivated", _("Staff member deactivated")
    SIGN_IN_LINK_MADE = "sign_in_link_made", _("Sign-in link made")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_LOCKED = "sign_in_locked", _("Sign-in locked after failed attempts")

    RETENTION_APPLIED = "retention_applied", _("Data past their retention deleted")

    WAVE_IMPORTED = "wave_imported", _("Posts added to a wave")
    POST_ERASED = "post_erased", _("Post erased, as at its source")
    WAVE_ALERT_RAISED = "wave_alert_raised", _("Testimonies suddenly gathered")
    WAVE_ALERT_SEEN = "wave_alert_seen", _("Alert seen")

    RULEBOOK_STORED = "rulebook_stored", _("Rulebook stored")
    RULEBOOK_IN_FORCE = "rulebook_in_force", _("Rulebook put in force")
    CASE_OPENED = "case_opened", _("Case opened")
    CASE_ASSESSED = "case_assessed", _("Case assessed")
    DANGER_RECORDED = "danger_recorded", _("Imminent danger recorded")
    CASE_CLOSED = "case_closed", _("Case closed")
    CASE_REOPENED = "case_reopened", _("Case reopened")
    DECISION_PROPOSED = "decision_proposed", _("Measures proposed")
    DECISION_REPLACED = "decision_replaced", _("Proposal replaced")
    DECISION_APPROVED = "decision_approved", _("Measures approved by a reviewer")
    DECISION_DECLINED = "decision_declined", _("Proposal declined")
    DECISION_TAKEN = "decision_taken", _("Measures taken")
    DECISION_CONFIRMED = "decision_confirmed", _("Measures confirmed by a reviewer")
    DECISION_TAKEN_OVER = "decision_taken_over", _("Measures taken over by another decision")
    DECISION_GOES_ON = "decision_goes_on", _("Measures go on: what was to take them over was lifted")
    DECISION_RENEWED = "decision_renewed", _("Measures renewed")
    DECISION_LAPSED = "decision_lapsed", _("Measures lapsed")
    MEASURE_LIFTED = "measure_lifted", _("Measure lifted")
    WAVE_REPLAYED = "wave_replayed", _("Wave replayed under several rulebooks")
    SIMULATION_ASKED = "simulation_asked", _("Simulation asked for")
    SIMULATION_COMPUTED = "simulation_computed", _("Simulation computed")
