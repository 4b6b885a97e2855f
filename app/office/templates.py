"""Every official document that the system can write: plain values in, an `OfficialDocument` out."""

from __future__ import annotations

from app.office.acceptance_documents import passed_list, rectification_order, result_announcement
from app.office.enforcement_documents import Overdue, clock_stop_notice, penalty_decision, supervision_notice
from app.office.listing_documents import copy_letter, extension_opinion, listing_notice, public_list, published_list
from app.office.wording import Authority, Deadline, Envelope, ListedEnterprise

__all__ = [
    "Authority",
    "Deadline",
    "Envelope",
    "ListedEnterprise",
    "Overdue",
    "clock_stop_notice",
    "copy_letter",
    "extension_opinion",
    "listing_notice",
    "passed_list",
    "penalty_decision",
    "public_list",
    "published_list",
    "rectification_order",
    "result_announcement",
    "supervision_notice",
]
