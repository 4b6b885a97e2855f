"""The verbs that diagrams use as service tasks: lists, notices, publications, records.

An operator is a function of a `ServiceContext` and the parameters that the diagram names. What it returns becomes case variables. It runs inside the
transaction of the action that reached it, and is written so that it cannot happen twice: whatever it creates carries the key of the engine task.
"""

from app.services import experts, listing_notices, lists, notices, publishing, records, registers, related_cases

__all__ = ["experts", "listing_notices", "lists", "notices", "publishing", "records", "registers", "related_cases"]
