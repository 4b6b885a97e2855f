"""The scenarios that are kept with a process: played against its files, what happens held against what must happen."""

from __future__ import annotations

import difflib
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock

from app.engine.definition import content_hash
from app.engine.errors import DiagramError
from app.simulation.errors import ScenarioError
from app.simulation.events import SimulatedEvent
from app.simulation.expected import lines_of, shortened
from app.simulation.scenario import read_scenario
from app.simulation.simulation import simulate

FOLDER = "checks/"
SUFFIX = ".yaml"
_REMEMBERED = 200
_known: OrderedDict[tuple[str, str], Outcome] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True)
class Outcome:
    """What came of a kept scenario."""

    path: str
    lines: tuple[str, ...] = ()  # what happened
    differences: tuple[tuple[str, str], ...] = ()  # (" ", "-" expected and missing, "+" not expected; line)
    problems: tuple[str, ...] = ()  # why it could not be played
    remarks: tuple[str, ...] = ()  # answers that were not used, and cases that failed or stood still

    @property
    def title(self) -> str:
        return title_of(self.path)

    @property
    def as_expected(self) -> bool:
        return not self.differences and not self.problems


def title_of(path: str) -> str:
    """What a scenario is called: the name of its file."""
    return path.rsplit("/", 1)[-1].removesuffix(SUFFIX)


def folder_of(process: str) -> str:
    """Where the scenarios of a process lie."""
    return f"{FOLDER}{process.replace('.', '/', 1)}/"


def paths_in(files: Mapping[str, bytes], process: str | None = None) -> list[str]:
    """The kept scenarios among some files: those of a process, or all."""
    folder = folder_of(process) if process else FOLDER
    return sorted(path for path in files if path.startswith(folder) and path.endswith(SUFFIX))


def among(deployed: Mapping[str, bytes], own: Mapping[str, bytes], process: str) -> dict[str, bytes]:
    """The files of a process laid over those that are deployed. Its scenarios are its own alone: one that was taken out is gone."""
    folder = folder_of(process)
    return {**{path: body for path, body in deployed.items() if not path.startswith(folder)}, **own}


def process_of(path: str) -> str:
    """The process whose scenario lies at a path."""
    slug, _, rest = path.removeprefix(FOLDER).partition("/")
    return f"{slug}.{rest.rsplit('/', 1)[0]}"


def play(path: str, files: Mapping[str, bytes], ends_at: float | None = None) -> Outcome:
    """Plays one scenario on a library that holds it. The same scenario on the same library is played once. Raises `TakesTooLong`."""
    identity = content_hash(files), path
    with _lock:
        known = _known.get(identity)
    if known is None:
        known = _play(path, files, ends_at)
        with _lock:
            _known[identity] = known
            while len(_known) > _REMEMBERED:
                _known.popitem(last=False)
    return known


def _play(path: str, files: Mapping[str, bytes], ends_at: float | None) -> Outcome:
    try:
        scenario = read_scenario(files[path].decode("utf-8-sig"))
        result = simulate(scenario, files, process=process_of(path), ends_at=ends_at)
    except UnicodeDecodeError:
        return Outcome(path, problems=("文件不是 UTF-8 文本",))
    except ScenarioError as error:
        hint = "流程改动以后，这个方案里的答复已经用不上：请删除它，重新走一遍再保存"
        return Outcome(path, problems=(*map(str, error.mistakes), *([hint] if error.only_unknown_steps else [])))
    except DiagramError as error:
        return Outcome(path, problems=tuple(map(str, error.problems)))
    lines = lines_in(result.events)
    problems = () if scenario.expected is not None else ("方案里没有写应当发生什么（expected）",)
    remarks = (*map(str, result.unused), *result.faults)
    return Outcome(path, lines, differences(scenario.expected or (), lines), problems, remarks)


def lines_in(events: Iterable[SimulatedEvent]) -> tuple[str, ...]:
    """Events as lines that can be held against kept ones."""
    return tuple(" ".join(line.split()) for line in lines_of(events))


def differences(expected: tuple[str, ...], happened: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What differs, line by line, with a few lines around; nothing where everything is as expected."""
    if expected == happened:
        return ()
    found = []
    for line in difflib.unified_diff(expected, happened, n=2, lineterm=""):
        if line.startswith(("---", "+++")):
            continue
        found.append(("@", "") if line.startswith("@@") else (line[0], line[1:]))
    return tuple(found[1:] if found and found[0][0] == "@" else found)


def with_expected(text: str, expected: Iterable[str]) -> str:
    """The text of a scenario's file with other events that must happen; everything before them stays as it was written."""
    before = text.split("\nexpected:", 1)[0].rstrip("\n")
    lines = "".join(f"  {line}\n" for line in shortened(expected))
    return f"{before}\nexpected: |\n{lines}"
