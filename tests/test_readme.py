"""The README's code runs as it stands, and CI runs the README's own commands."""

import re
import subprocess
import sys

import pytest


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


def test_the_readme_opens_with_the_two_commands(readme):
    blocks = re.findall(r"```bash\n(.+?)\n```", readme, re.DOTALL)
    assert blocks[:2] == [command_after("run", readme), command_after("test", readme)]
    assert "sklearn-raters evaluate" in blocks[0]
    assert "pytest" in blocks[1]


def test_python_blocks_run_in_order(readme, tmp_path):
    code = ""
    for block in re.finditer(r"```python\n(.+?)```", readme, re.DOTALL):
        # Blank lines before the code give tracebacks the README's line numbers.
        line = readme[: block.start(1)].count("\n")
        code += "\n" * (line - code.count("\n")) + block.group(1)
    script = tmp_path / "README.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", script], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
