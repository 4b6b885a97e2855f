"""What the tests ask of every place's processes, and what is particular to each place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

from app.cases import library
from app.config import ROOT
from app.engine.diagram import Element, Process
from app.law.catalogue import catalogue
from app.simulation import Simulation, read_scenario, simulate
from tests.simulation.expected import lines_of

FOLDER = ROOT / "tests/scenarios"
LIBRARY = library.read_folder(ROOT)


@cache
def played(path: Path) -> Simulation:
    """A scenario as it goes; each once a run."""
    return simulate(read_scenario(path.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Place:
    """The processes of one folder."""

    slug: str
    texts: tuple[str, ...]
    """Documents or procedures of the catalogue that the diagrams carry whole."""
    ends_unseen: Mapping[str, Collection[str]] = field(default_factory=dict)
    """Process → ends that no scenario's case is named by: it goes on beside them, or a test beside the scenarios goes there."""
    others: Collection[tuple[str, str]] = ()
    """(step, actor) where the text does not name whoever acts, and why."""

    @cached_property
    def keys(self) -> list[str]:
        return sorted(key for key in LIBRARY.diagrams if key.startswith(f"{self.slug}."))

    @property
    def processes(self) -> Iterator[Process]:
        return (LIBRARY.process(key) for key in self.keys)

    @property
    def elements(self) -> Iterator[Element]:
        return (element for process in self.processes for element in process.elements.values())

    @cached_property
    def scenarios(self) -> list[Path]:
        return sorted((FOLDER / self.slug).glob("*.yaml"))

    @cached_property
    def steps(self) -> list[str]:
        procedures = catalogue().jurisdiction(self.slug).procedures.values()  # type: ignore[union-attr]
        return [step.id for p in procedures if {p.id, p.document.id} & set(self.texts) for step in p.steps]

    @cached_property
    def carried(self) -> set[str]:
        """Steps of elements, and of the parts that are handed to shared sub-processes."""
        own = {s for e in self.elements if e.called is None for s in e.properties.get("basis", "").split()}
        return own | {s for e in self.elements for part in e.parts.values() for s in part.get("basis", "").split()}

    def play(self, name: str) -> Simulation:
        """One of the scenarios."""
        return played(FOLDER / self.slug / f"{name}.yaml")

    def events(self, name: str) -> list[str]:
        """What happens in a scenario, a line an event."""
        return lines_of(self.play(name).events)


SHANDONG = Place(
    "shandong",
    (
        *("sd-audit-2017", "sd-acceptance-2008", "sd-benchmark-2008.benchmarking", "sd-benchmark-2008.recognition"),
        "sd-agency-2008.grading",
    ),
    ends_unseen={
        "shandong.disclosure": {"已立案"},
        "shandong.execution": {"已立案（未报送）", "监督结束", "已转入下一轮"},
        "shandong.listing_coordinator": {"名单转入汇总发布"},
        "shandong.listing_env": {"名单转入汇总发布"},
        "shandong.mandatory_audit": {"信息公开办结"},
        "shandong.projects": {"不属奖补范围"},  # the other branch names the case
        "shandong.rectification": {"逾期已督办"},
    },
)
LIAONING = Place(
    "liaoning",
    ("ln-mandatory-2006",),
    ends_unseen={
        "liaoning.audit": {"已立案"},
        "liaoning.disclosure": {"已立案", "已督办"},
        "liaoning.rearrangement": {"已依法处罚"},
        "liaoning.review": {"已交市处理"},
    },
    # The text has no step of its own for the check after an order, for who corrects, and for the punishment of who refuses another audit.
    others={
        ("ln-mandatory-2006.rectification.s2", "city_environment"),
        ("ln-mandatory-2006.penalty.s4", "enterprise"),
        ("ln-mandatory-2006.review.s9", "city_environment"),
    },
)
GUANGDONG = Place(
    "guangdong",
    ("gd-audit-2009",),
    ends_unseen={
        "guangdong.acceptance_filing": {"继续等候申请"},
        "guangdong.assessment_filing": {"继续等候申请"},
        "guangdong.mandatory_execution": {"逾期已处理"},
    },
    # The text has no step of its own for what the consultant does after the order.
    others={("gd-audit-2009.agency-removal.s1", "consultant")},
)
BEIJING = Place(
    "beijing",
    ("bj-audit-2006", "bj-acceptance-2007", "bj-fund-2007", "bj-expert-2007", "bj-agency-2007"),
    ends_unseen={
        "beijing.disclosure": {"逾期未公布，已立案"},
        "beijing.execution": {"逾期已处理"},
        "beijing.execution_reaudit": {"逾期已处理"},
        "beijing.mandatory_audit": {"没有公布义务", "逾期已处理"},
        # A second application while the first one is under way needs a register with a history: see test_beijing_registers.py.
        "beijing.expert_admission": {"不受理"},
        "beijing.agency_application": {"不受理"},
    },
    others={
        ("bj-audit-2006.listing-exceed.s2", "city_environment"),  # the chain's part for a level that Beijing has not
        ("bj-audit-2006.penalty.s1", "enterprise"),  # who corrects: article 40 of the law, to which the one step refers
        ("bj-fund-2007.audit-fee.s0", "enterprise"),  # says whether it belongs to a district; no step of its own for that
        # Recusals are declared by experts and registered by the support body; complaints of anybody are registered by the commission.
        ("bj-expert-2007.selection.s2", "support_body"),
        ("bj-agency-2007.complaint.s1", "province_coordinator"),
    },
)
TIANJIN = Place(
    "tianjin",
    ("tj-audit-2005", "tj-acceptance-2009", "tj-agency-2009", "tj-expert-2009"),
    ends_unseen={
        "tianjin.agency_disclosure": {"不重复受理"},  # see test_tianjin_registers.py
        "tianjin.audit_assessed": {"逾期已处理"},
        "tianjin.audit_work": {"逾期已处理"},
        "tianjin.implementation": {"监管已记录"},  # ends while the case goes on
    },
    others={
        # The text does not say who finds an audit void.
        ("tj-audit-2005.audit.s2a", "province_coordinator"),
        ("tj-audit-2005.audit.s2b", "province_coordinator"),
        ("tj-audit-2005.audit.s3", "province_coordinator"),
        # The safety bureau takes part in the acceptance of some (article 8, and the rules beside the procedure).
        ("tj-acceptance-2009.acceptance.s9", "province_safety"),
        # Whoever issued a certificate takes it back: the county its own.
        ("tj-acceptance-2009.tracking.s2", "county_coordinator"),
        # The association puts the experts' opinions together.
        ("tj-expert-2009.selection.s4", "association"),
    },
)
NATIONAL = Place(
    "national",
    (
        *("cn-audit-2004", "cn-fund-2009", "cn-industry-2009.evaluation", "cn-industry-2009.yearly-report"),
        *(f"cn-law-2002.{name}" for name in ("polluter-list", "agreement", "audit", "penalty-audit", "penalty-recycling", "penalty-label")),
    ),
    ends_unseen={
        "national.disclosure": {"逾期已转查处"},
        "national.mandatory_audit": {"逾期已处理"},
        "national.polluter_disclosure": {"企业已公布"},
        "national.reaudit": {"逾期已转查处"},
    },
    # The text has no step of its own for what the enterprise does after an order.
    others={("cn-law-2002.penalty-label.s1", "enterprise"), ("cn-law-2002.penalty-recycling.s1", "enterprise")},
)
PLACES = (BEIJING, GUANGDONG, LIAONING, NATIONAL, SHANDONG, TIANJIN)
