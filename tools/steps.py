# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the Makefile's targets. A step returns what it saw when it passes, and raises `Failed` when it does not."""

from __future__ import annotations

import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import mutants, site, tree
from .environments import ENVIRONMENTS, available, binaries, home, version
from .machine import CLONE, LIMIT, STATE, interpreter_path, interpreters, run


@dataclass(frozen=True)
class Step:
    """One step: its name, the targets it belongs to, the environments it needs, and what it does."""

    name: str
    targets: tuple[str, ...]
    environments: tuple[str, ...]
    work: Callable[[], str]
    live: bool = False
    """Somebody watches: it is announced, and nothing else runs meanwhile."""


class Failed(Exception):
    """A step did not pass; the message is what its programs printed, and what was wrong."""


def _call(
    environment: str,
    command: Sequence[str | Path],
    folder: Path = CLONE,
    variables: Mapping[str, str] | None = None,
    live: bool = False,
    limit: float | None = LIMIT,
) -> str:
    """Run a program of `environment`, and return its output."""
    own = {"HOME": str(home(environment)), "PATH": f"{binaries(environment)}:{interpreter_path()}", "NO_COLOR": "1"}
    if live:
        del own["NO_COLOR"]
    command = [binaries(environment) / command[0], *command[1:]]
    status, output = run(command, folder, own | dict(variables or {}), live, limit)
    if status:
        raise Failed(f"{output}\n{Path(command[0]).name} ended with status {status}")
    return output


QUIET = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
}
"""How Ansible is told to print the demo."""


def _demo() -> str:
    paths = {"ANSIBLE_COLLECTIONS_PATH": str(tree.link())}
    _call("demo", ["ansible-playbook", "playbooks/demo.yml"], variables=QUIET | paths, live=True)
    return "playbooks/demo.yml ran to its end"


def _pytest() -> str:
    report = STATE / "units.xml"
    _call("test", ["pytest", "tests/unit", f"--junit-xml={report}"], live=True)
    ran = report.read_text().count("<testcase ")
    if not ran:
        raise Failed("pytest ran no test")
    return f"{ran} unit tests, Python {version('test')}"


SCENARIOS = 20_000
"""How many the campaign has, unless the variable `SCENARIOS` says so."""


def _campaign(*options: str) -> str:
    """Hold the contract's promises in random scenarios, as many as `SCENARIOS` says, drawn from `SEED`."""
    wanted = int(os.environ.get("SCENARIOS") or SCENARIOS)
    report = STATE / "campaign.xml"
    command = ["pytest", "tests/unit/properties", *options, f"--junit-xml={report}"]
    drawn = {"SCENARIOS": str(wanted), "SEED": os.environ.get("SEED", "")}
    output = _call("test", command, variables=drawn, limit=max(LIMIT, wanted / 10))
    told = sum(map(int, re.findall(r'<property name="scenarios" value="(\d+)"', report.read_text())))
    if told < wanted:
        raise Failed(f"{output}\npytest succeeded, but of {wanted:,} scenarios only {told:,} happened")
    return f"{told:,} scenarios" + (f", seed {drawn['SEED']}" if drawn["SEED"] else "")


def _mutants(module: str) -> str:
    """Let the tests of a module find its mutants."""
    if module not in mutants.MODULES:
        raise Failed(f"MODULE is {module}, and has to be one of {', '.join(mutants.MODULES)}")

    def call(command: Sequence[str], folder: Path, live: bool) -> str:
        return _call("mutants", command, folder, {"SCENARIOS": str(mutants.SCENARIOS)}, live, limit=None)

    told, faults = mutants.verdict(module, call)
    if faults:
        raise Failed("\n\n".join([*faults, told]))
    return told


def _bench() -> str:
    """Time whole runs. It says by itself what it found, and what it wrote."""
    program = ["python", "-m", "ansible_collections.community.kaleyra.tests.benchmark"]
    _call("bench", program, variables={"PYTHONPATH": str(tree.link())}, live=True, limit=None)
    return "each run did what it should"


def _suite(environment: str, folder: str) -> str:
    """Run tests that need more than a unit test may, none of which may be skipped for want of a program."""
    report = STATE / f"{folder}-{environment}.xml"
    command = ["pytest", f"tests/{folder}", f"--junit-xml={report}"]
    output = _call(environment, command, variables={"KALEYRA_NO_SKIP": "1"})
    if "<testcase " not in report.read_text():
        raise Failed(f"{output}\npytest succeeded, but ran no test")
    return output.strip().splitlines()[-1].strip("= ")


def _units(core: str, python: str) -> str:
    with tree.copy() as root:
        path = {"PATH": f"{binaries(core)}:{binaries(python)}:{interpreter_path()}"}
        output = _call(core, ["ansible-test", "units", "--local", "--python", version(python)], root, path)
        ran, missing = tree.unit_tests(root, only_modules=python == "host")
    if missing or not ran:
        raise Failed(f"{output}\nansible-test succeeded, but reports no test of {', '.join(missing) or 'any file'}")
    return f"{ran} unit tests, Python {version(python)}"


def _integration(core: str) -> str:
    with tree.copy() as root:
        output = _call(core, ["ansible-test", "integration", "--local"], root)
        ran, tasks, missing = tree.integration_targets(root)
    if missing or not tasks:
        raise Failed(f"{output}\nansible-test succeeded, but ran no task of {', '.join(missing) or 'any target'}")
    return f"{ran} integration targets with {tasks} tasks, Python {version(core)}"


def _sanity(core: str) -> str:
    with tree.copy() as root:
        ignored = list((root / "tests" / "sanity").glob("ignore*.txt"))
        output = _call(core, ["ansible-test", "sanity", "--local"], root)
    ran = set(re.findall(r'^Running sanity test "([\w-]+)"', output, re.MULTILINE))
    skipped = re.findall(
        r'^WARNING: (Skipping sanity test "[\w-]+"(?! on Python [\d.]+ because it could not be found).*)',
        output,
        re.MULTILINE,
    )
    idle = {"import", "validate-modules"} - ran
    if ignored or skipped or idle:
        reasons = [
            *(f"{file.name} exists" for file in ignored),
            *skipped,
            *(f"{test} did not run" for test in sorted(idle)),
        ]
        raise Failed(f"{output}\nansible-test succeeded, but: {'; '.join(reasons)}")
    imported = set(re.findall(r'^Running sanity test "import" on Python ([\d.]+)$', output, re.MULTILINE))
    return f"{len(ran)} tests, imports on Python {', '.join(found for found in interpreters() if found in imported)}"


def _apart(folder: Path) -> dict[str, str]:
    """Variables with which Ansible keeps what is its own in `folder`.

    ansible-lint keeps the stand-ins of modules in Ansible's home and deletes them at its end: two that share a home take them from each other.
    """
    return {"ANSIBLE_HOME": str(folder / ".ansible")}


def _on_copy(command: Sequence[str]) -> str:
    """Run a linter in a copy of the collection."""
    with tree.copy() as root:
        top = root.parents[2]
        _call("linters", command, root, {"ANSIBLE_COLLECTIONS_PATH": str(top)} | _apart(top))
    return " ".join(command)


def _format() -> str:
    """Format the clone's own Python files, and repair what ruff can."""
    _call("linters", ["ruff", "check", "--fix", "--exit-zero", "--quiet"])
    return _call("linters", ["ruff", "format"]).strip()


def _site() -> str:
    """Build the documentation as a site, from the module's own documentation and the guides; any warning fails."""
    folder = STATE / "site"
    pages, html = site.furnish(folder), folder / "html"
    options = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--cleanup", "everything"]
    command = ["antsibull-docs", "collection", *options, "--dest-dir", str(pages), "community.kaleyra"]
    _call("linters", command, variables={"ANSIBLE_COLLECTIONS_PATH": str(tree.link())})
    _call("linters", ["sphinx-build", "-W", "--fresh-env", "-c", site.SPHINX, pages, html])
    return f"{len(list(html.glob('**/*.html')))} pages, see {html.relative_to(CLONE)}/index.html"


def _picture(*options: str) -> str:
    """Draw the README's picture, or with `--check` compare it with the demo."""
    return _call("linters", ["python", "-m", "tools.picture", *options]).strip()


def _forms() -> str:
    """Make the other forms of AWX's credential type."""
    return _call("linters", ["python", "-m", "tools.awx_credential_type"]).strip().replace("\n", ", ")


def _types() -> str:
    with tree.copy() as root:
        config = root / "pyproject.toml"
        output = _call(
            "linters",
            ["mypy", "--config-file", config, "--cache-dir", STATE / "mypy", tree.COLLECTION],
            root.parents[2],
        )
    return output.strip()


SHIPPED = {"LICENSES", "changelogs", "docs", "examples", "meta", "playbooks", "plugins"}
"""The folders that users of the built collection need."""


def _build() -> str:
    """Build the collection, import it as Galaxy does, and run its demo where it is installed."""
    with tree.copy() as root, tempfile.TemporaryDirectory(prefix="kaleyra-") as name:
        folder = Path(name)
        built = _call("linters", ["ansible-galaxy", "collection", "build", "--output-path", folder], root)
        artefact = next(folder.glob("*.tar.gz"))
        with tarfile.open(artefact) as archive:
            files = [member.name for member in archive if member.isfile()]
        strange = {name.split("/")[0] for name in files if "/" in name} - SHIPPED
        if strange:
            raise Failed(f"{artefact.name} holds {', '.join(sorted(strange))}: add to build_ignore in galaxy.yml")
        pages = "".join(page.read_text(encoding="utf-8") for page in root.glob("*.md"))
        lacking = set(re.findall(r"\]\((?!https:)([^)#]+)\)", pages)) - set(files)
        if lacking:
            raise Failed(f"{artefact.name} lacks {', '.join(sorted(lacking))}, which a page of it links to")
        strict = {"GALAXY_IMPORTER_CHECK_REQUIRED_TAGS": "true", "GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER": "true"}
        importer = ["python", "-m", "galaxy_importer.main", artefact.name]
        imported = _call("linters", importer, folder, strict | _apart(folder))
        # Its ansible-lint cannot find the collection that it checks, whose playbooks the example project imports; our own
        # ansible-lint step does find them.
        own = r"(?!: ERROR +Failed to find community\.kaleyra\.\w+ playbook)"
        if re.search(rf"^(WARNING|ERROR){own}", imported, re.MULTILINE):
            raise Failed(f"{built}{imported}\ngalaxy_importer succeeded, but warns")
        paths = {"ANSIBLE_COLLECTIONS_PATH": str(folder)}
        _call("newest", ["ansible-galaxy", "collection", "install", "--offline", "-p", folder, artefact], folder, paths)
        for core in ("newest", "oldest"):
            _call(core, ["ansible-playbook", "community.kaleyra.demo"], folder, paths)
    return f"{artefact.name}, {len(files)} files, its demo runs"


def _both(name: str, work: Callable[[str], str]) -> list[Step]:
    """A step for each of the two ansible-core."""
    return [
        Step(f"{name}, {core} core", (name, "check"), (core,), partial(work, core)) for core in ("newest", "oldest")
    ]


def _all_units() -> list[Step]:
    """The unit tests on each ansible-core, with the controller's own Python and, where there is one, a host's."""
    return [
        Step(
            f"units, {core} core, {whose} Python",
            ("units", "check"),
            tuple({core, python}),
            partial(_units, core, python),
        )
        for core in ("newest", "oldest")
        for whose, python in (("its", core), ("host's", "host"))
        if python == core or available(python)
    ]


def steps() -> list[Step]:
    """All steps, the slowest first."""
    linters = ("linters",)
    return [
        Step("format", ("format",), linters, _format),
        Step("picture", ("picture",), linters, _picture),
        Step("forms", ("forms",), linters, _forms),
        Step("demo", ("demo",), ("demo",), _demo, live=True),
        Step("unit tests", ("test",), ("test",), _pytest, live=True),
        Step("integration tests", ("test",), ("test",), partial(_integration, "test"), live=True),
        Step("benchmark", ("bench",), ("bench",), _bench, live=True),
        *(
            Step(f"mutants of {module}", ("mutants",), ("mutants",), partial(_mutants, module), live=True)
            for module in ([os.environ["MODULE"]] if os.environ.get("MODULE") else mutants.MODULES)
        ),
        Step("campaign", ("campaign",), ("test",), partial(_campaign, "-n", "auto")),
        Step("campaign", ("check",), ("test",), _campaign),  # another step runs beside it
        *_both("sanity", _sanity),
        *_both("faults", partial(_suite, folder="faults")),
        Step("awx", ("awx", "check"), ("awx", "oldest", "newest"), partial(_suite, "awx", "awx")),
        Step("examples", ("examples", "check"), ("awx", "newest"), partial(_suite, "awx", "examples")),
        *_both("integration", _integration),
        *(
            Step(f"integration, ansible-core 2.{core[-2:]}", ("cores",), (core,), partial(_integration, core))
            for core in ENVIRONMENTS
            if core.startswith("core")
        ),
        *_all_units(),
        Step("build", ("build", "check"), ("linters", "newest", "oldest"), _build),
        Step(
            "ansible-lint",
            ("lint", "check"),
            linters,
            partial(_on_copy, ["ansible-lint", "--profile", "production", "--offline"]),
        ),
        Step("picture", ("check",), linters, partial(_picture, "--check")),
        Step("types", ("types", "check"), linters, _types),
        Step("site", ("docs", "check"), linters, _site),
        Step(
            "docs",
            ("docs", "check"),
            linters,
            partial(
                _on_copy,
                ["antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "all", "."],
            ),
        ),
        Step("changelog", ("docs", "check"), linters, partial(_on_copy, ["antsibull-changelog", "lint"])),
        Step("licences", ("lint", "check"), linters, partial(_on_copy, ["reuse", "lint"])),
        Step("ruff", ("lint", "check"), linters, partial(_on_copy, ["ruff", "check"])),
        Step("formatting", ("lint", "check"), linters, partial(_on_copy, ["ruff", "format", "--check"])),
    ]
