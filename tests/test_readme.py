"""The README's code prints what it shows, its figures are measured ones, and CI runs its commands."""

import re
import shlex
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pandas as pd
import pytest

from sklearn_raters.cli._parser import parse

# The README's rows and columns of the paper's comparison, and their names in the benchmark's file.
TABLE_ROWS = {
    "crowd-hard: majority labels": "crowd_hard",
    "crowd-hard, ensemble of equal cost": "crowd_hard, ensemble of equal cost",
    "crowd-soft: shares of the votes": "crowd_soft",
    "crowd pair, fused": "crowd pair",
    "all views, the paper's layer": "all views, softmax",
    "**all views, default**": "all views",
}
TABLE_COLUMNS = {
    "accuracy": "speechocean762 accuracy",
    "fluency": "speechocean762 fluency",
    "prosody": "speechocean762 prosodic",
    "total": "speechocean762 total",
    "sound quality": "mushra",
    "abuse, 2": "convabuse binary",
    "abuse, 5": "convabuse",
    "synthetic": "made speech",
}


@pytest.fixture(scope="module")
def readme(project):
    return (project / "README.md").read_text(encoding="utf-8")


def command_after(marker, text):
    return re.search(rf"<!-- {marker} -->\n```bash\n(.+?)\n```", text, re.DOTALL).group(1)


@pytest.mark.parametrize("marker", ["run", "test"])
def test_ci_reads_its_commands_from_the_readme(readme, project, marker):
    printed = subprocess.run(
        [project / ".ci" / "readme-command", marker], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == command_after(marker, readme)
    ci = (project / ".ci" / "run").read_text(encoding="utf-8")
    assert "for name in run test" in ci
    assert '.ci/readme-command "$name"' in ci


def test_ci_names_existing_tests(project):
    ci = (project / ".ci" / "run").read_text(encoding="utf-8")
    lists = re.findall(r"tests/(\w*)\{([\w,]+)\}(\S*)", ci)
    assert lists
    paths = [f"tests/{start}{name}{end}" for start, names, end in lists for name in names.split(",")]
    assert [path for path in paths if not (project / path).exists()] == []


def test_the_two_commands_come_first(readme):
    blocks = re.findall(r"```bash\n(.+?)\n```", readme, re.DOTALL)
    assert blocks[:2] == [command_after("run", readme), command_after("test", readme)]
    assert "sklearn-raters evaluate" in blocks[0]
    assert "pytest" in blocks[1]


def test_the_commands_can_be_parsed(readme):
    commands = re.findall(r"^    sklearn-raters (.+)", readme, re.MULTILINE)
    assert {"inspect", "evaluate", "train", "predict"} == {command.split()[0] for command in commands}
    inside = re.findall(r"`sklearn-raters (evaluate [^`]+)`", readme)
    assert inside
    for command in [*commands, *inside]:
        parse(shlex.split(command))


def test_git_ignores_what_the_first_command_leaves(project):
    ignored = (project / ".gitignore").read_text(encoding="utf-8").split()
    out = parse(["evaluate"]).out
    for name in (".venv/", out, str(Path(out).with_suffix(".toml"))):
        assert any(fnmatch(name, pattern) for pattern in ignored), name


def test_the_readme_has_at_most_170_lines(readme):
    assert len(readme.splitlines()) <= 170


def test_links_and_pictures_exist(readme, project):
    linked = re.findall(r"\]\((?!http)([^)#]+)\)", readme)
    pictures = re.findall(r'src(?:set)?="([^"]+)"', readme)
    assert {f"benchmarks/pictures/overview-{theme}.svg" for theme in ("light", "dark")} == set(pictures)
    assert [path for path in [*linked, *pictures] if not (project / path).is_file()] == []


def test_the_comparison_shows_the_measured_figures(readme, project):
    evidence = pd.read_csv(project / "benchmarks" / "results" / "evidence.csv").set_index(["row", "task"])
    measured = evidence[evidence["family"] == "table"]
    assert f"| UAR, percent | {' | '.join(TABLE_COLUMNS)} | default wins, ties, loses |" in readme
    for row, name in TABLE_ROWS.items():
        results = measured.loc[name].loc[list(TABLE_COLUMNS.values())]
        wins = (results["uar to all views, high"] < 0).sum()
        losses = (results["uar to all views, low"] > 0).sum()
        duels = "" if name == "all views" else f" {wins}, {len(results) - wins - losses}, {losses}"
        uars = " | ".join(f"{uar:.1f}" for uar in results["uar"])
        assert f"| {row} | {uars} |{duels} |" in readme
    for name, wins in (("crowd_hard", 4), ("crowd_hard, ensemble of equal cost", 2)):
        results = measured.loc[name].loc[list(TABLE_COLUMNS.values())]
        assert (results["own_balanced to all views, high"] < 0).sum() == wins
        assert not (results["own_balanced to all views, low"] > 0).any()


def test_the_figures_of_networks_on_frames_are_measured(readme, project):
    evidence = pd.read_csv(project / "benchmarks" / "results" / "evidence.csv")
    of_rows = evidence.set_index(["row", "family", "task"])
    tasks = ["speechocean762 prosodic", "made speech", "mushra"]
    balanced = of_rows.loc["all views, class_weight='balanced'"]
    networks, functionals = balanced.loc["frames"].loc[tasks], balanced.loc["table"].loc[tasks]
    ensembles = of_rows.loc["crowd_hard, ensemble of equal cost"].loc["frames"].loc[tasks]
    assert networks["seeds"].tolist() == ensembles["seeds"].tolist() == [5, 5, 3]
    gains = (networks["own_balanced to crowd_hard, ensemble of equal cost"].round(1) + 0).tolist()  # no -0.0
    first, second, third = networks["uar"].round(1)
    words = f"{first} (prosody), {second} (synthetic) and {third} (sound quality), such an ensemble "
    words += "{}, {} and {}: ".format(*ensembles["own_balanced"].round(1))
    words += "{}, {} and {}, within chance".format(*gains)
    assert f"it has {words}" in readme
    assert (networks["own_balanced to crowd_hard, ensemble of equal cost, high"] > 0).all()
    better = ", ".join(f"{uar:.1f}" for uar in functionals["uar"][:2])
    assert f"do better (balanced {better}; networks {first}, {second})" in readme


def test_the_claims_below_the_comparison_are_measured(readme, project):
    evidence = pd.read_csv(project / "benchmarks" / "results" / "evidence.csv")
    evidence = evidence[(evidence["family"] == "table") & evidence["task"].isin(TABLE_COLUMNS.values())]
    uar, entropy = (
        evidence.pivot(index="task", columns="row", values=name) for name in ("uar", "soft_cross_entropy")
    )
    saved = 100 * (1 - entropy["all views"] / entropy["class shares"])
    assert f"is {saved.min():.0f} to {saved.max():.0f} % below that of the class shares" in " ".join(
        readme.split()
    )
    balanced = uar["all views, class_weight='balanced'"]
    added = balanced - uar["all views"]
    assert f'`class_weight="balanced"` adds {added.min():.0f} to {added.max():.0f}; then no network' in readme
    others = [name for name in uar if name.startswith(("tuned", "scikit-activeml", "crowd-kit", "cleanlab"))]
    others += ["multitask", "doctor_net", "crowd_layer", "annot_mix"]
    assert len(others) > 10
    for name in others:
        known = uar[name].notna()
        assert uar[name][known].mean() < balanced[known].mean(), name


def assert_alike(printed, shown):
    """Compare words exactly, and numbers within what another processor may change."""
    assert len(printed) == len(shown)
    for word, expected in zip(printed, shown, strict=True):
        try:
            assert float(word) == pytest.approx(float(expected), rel=0.05, abs=0.02)
        except ValueError:
            assert word == expected


def test_python_blocks_run_in_order_and_print_what_is_shown(readme, tmp_path, rated_data):
    (tmp_path / "convabuse").symlink_to(rated_data / "convabuse")
    blocks = list(re.finditer(r"```python\n(.+?)```(?:\n+```text\n(.+?)```)?", readme, re.DOTALL))
    assert len(blocks) >= 2
    separator = "=" * 20
    code = ""
    for block in blocks:
        # Blank lines before the code give tracebacks the README's line numbers.
        line = readme[: block.start(1)].count("\n")
        code += "\n" * (line - code.count("\n")) + block.group(1) + f"print('{separator}')\n"
    script = tmp_path / "README.py"
    script.write_text(code, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    printed = run.stdout.split(f"{separator}\n")
    for block, output in zip(blocks, printed, strict=False):
        assert_alike(output.split(), (block.group(2) or "").split())
