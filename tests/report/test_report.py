"""The report: what it shows, that it escapes what it shows, and that it works in a browser."""

import re
import shutil
import sys
from base64 import b64decode
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.svm import LinearSVC

from made import make_rated, small_stack
from sklearn_raters.metrics import expected_calibration_error, judged_answers
from sklearn_raters.model_selection import compare
from sklearn_raters.ratings import Task, inspect_ratings, rater_pairs
from sklearn_raters.report import _page, _raters, check_report, installed_versions, make_report

SCRIPT = "<script>document.title = 'broken'</script>"
RATERS = [SCRIPT, '"><img src=x onerror=alert(1)>', "$\\frac{1"]
HOSTILE = {"title": "Bits & pieces </title>", "command": "sklearn-raters evaluate --out '<b>.csv'"}
DATA = make_rated(90)


@pytest.fixture(scope="module")
def comparison():
    Y = DATA.Y.set_axis(RATERS, axis=1).set_axis([f"clip<{number}>" for number in range(90)])
    models = {"chance": DummyClassifier(), "<i>stack</i>": small_stack(fusion="mean")}
    settings = {"cv": 3, "baseline": "chance", "random_state": 0, "n_bootstrap": 50}
    return compare(models, DATA.X, Y, groups=DATA.groups, return_comparison=True, **settings)


@pytest.fixture(scope="module")
def page(comparison, tmp_path_factory):
    """Return the path of a report whose names are all hostile."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    tone = np.sin(np.arange(8000) / 5).astype(np.float32), 16000
    texts = [f"text {number} & <b>more</b>" for number in range(90)]
    comparison.to_html(path, audio=[tone] * 90, texts=texts, max_samples=6, **HOSTILE)
    return path


class Elements(HTMLParser):
    """List the elements of a page: name, attributes, and the text right after the start."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def of(self, *names):
        return [element for element in self.found if element[0] in names]


@pytest.fixture(scope="module")
def elements(page):
    return Elements(page.read_text(encoding="utf-8"))


def test_names_are_text_and_never_html(elements):
    assert len(elements.of("script")) == 1
    assert not elements.of("i")
    assert not [attributes for _, attributes, _ in elements.found if "onerror" in attributes]
    assert elements.of("title")[0][2].strip() == HOSTILE["title"]
    names = {text.strip() for _, _, text in elements.of("h3")}
    assert {*RATERS} <= names
    texts = [text.strip() for _, _, text in elements.of("blockquote")]
    assert len(texts) == 6
    assert all(text.endswith(" & <b>more</b>") for text in texts)
    assert HOSTILE["command"] in [text.strip() for _, _, text in elements.of("pre")]


def test_nothing_is_loaded_from_elsewhere(elements):
    addresses = [
        attributes[name]
        for _, attributes, _ in elements.found
        for name in ("src", "href", "srcset", "poster", "data")
        if name in attributes
    ]
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    ids = {attributes["id"] for _, attributes, _ in elements.found if "id" in attributes}
    assert {address[1:] for address in addresses if address.startswith("#")} <= ids


def test_the_structure_that_screen_readers_need(elements):
    assert elements.of("html")[0][1]["lang"] == "en"
    levels = [int(name[1]) for name, _, _ in elements.of("h1", "h2", "h3", "h4")]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(attributes["scope"] in ("col", "row") for _, attributes, _ in elements.of("th"))
    assert all(attributes["alt"] for _, attributes, _ in elements.of("img"))
    labelled = {attributes["for"] for _, attributes, _ in elements.of("label")}
    assert {attributes["id"] for _, attributes, _ in elements.of("input")} == labelled
    ids = [attributes["id"] for _, attributes, _ in elements.found if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_scores_are_those_of_the_table(page, comparison):
    text = page.read_text(encoding="utf-8")
    row = comparison.table.loc["<i>stack</i>"]
    cells = [f"{100 * row['uar']:.1f}", f"{100 * row['difference']:+.1f}"]
    cells.append(f"{100 * row['low']:+.1f} to {100 * row['high']:+.1f}")
    shown = re.search(r'<table id="scores">.*?</table>', text, re.DOTALL)[0]
    shown = re.findall(r">([^<>\n]+)</t[dh]>", shown[shown.index("&lt;i&gt;stack") :])
    assert shown[:3] == cells


def test_the_soft_scores_and_those_of_single_raters_are_those_of_the_table(page, comparison):
    text = page.read_text(encoding="utf-8")
    shown = re.search(r'<table id="soft-scores">.*?</table>', text, re.DOTALL)[0]
    assert "all tested samples with a vote for a class" in shown
    headings = re.findall(r">([^<>\n]+)</th>", shown.replace("\xa0", " "))
    assert headings[5:8] == ["soft f1", "calibration error %", "rater error rate %"]
    row = comparison.table.loc["<i>stack</i>"]
    cells = [
        f"{row['soft_f1']:.3f}",
        *(f"{100 * row[name]:.1f}" for name in ("calibration_error", "rater_error_rate")),
    ]
    assert re.findall(r">([^<>\n]+)</td>", shown)[-3:] == cells


def test_the_calibration_of_each_of_the_three_answers_is_that_of_the_metrics(elements, comparison):
    pictures = [
        attributes["src"]
        for _, attributes, _ in elements.of("img")
        if attributes["alt"].startswith("Curves: how often answers of <i>stack</i> are right")
    ]
    (svg,) = [b64decode(source.partition(",")[2]).decode() for source in pictures]
    shown = re.findall(r": error ([\d.]+) %, ([\d,]+) answers", svg)
    table, task = comparison.predictions, comparison.task
    proba, shares = (
        table[[f"<i>stack</i>_{kind}_{name}" for name in task.classes]].to_numpy() for kind in ("p", "share")
    )
    judged = judged_answers(task, proba, shares)
    judged["raters"] = comparison.judged["<i>stack</i>"]["raters"]
    assert [*judged] == ["consensus", "shares", "raters"]
    assert len(judged["raters"][0]) == DATA.Y.notna().sum().sum()
    assert shown == [
        (f"{100 * expected_calibration_error(*answer):.1f}", f"{len(answer[0]):,}")
        for answer in judged.values()
    ]


def test_a_sample_shows_its_votes_text_recording_and_what_models_and_views_say(page, comparison):
    text = page.read_text(encoding="utf-8")
    found = inspect_ratings(comparison.task, samples=comparison.task.index, random_state=0).samples
    split = found[found["ratings"] > 1].sort_values(["split", "ratings"], ascending=False, kind="stable")
    name = split.index[0]
    card = re.search(
        rf'<article class="card".*?>{name.replace("<", "&lt;").replace(">", "&gt;")}<.*?</article>',
        text,
        re.DOTALL,
    )[0]
    said = comparison.predictions.loc[name]
    assert "data:audio/mpeg;base64," in card
    assert f"text {found.index.get_loc(name)} &amp; &lt;b&gt;" in card
    assert f"<td>{said['<i>stack</i>']}</td>" in card
    share = said[f"<i>stack</i>_p_{said['<i>stack</i>']}"]
    assert f">{100 * share:.0f}</td>" in card
    assert "Views of &lt;i&gt;stack&lt;/i&gt;:" in card
    assert "crowd_hard" in card


def test_settings_models_and_versions_are_those_of_the_comparison(page, comparison):
    text = unescape(page.read_text(encoding="utf-8"))
    made = text[text.index(">How it was made</h2>") :]
    for name, value in {**comparison.settings, **installed_versions()}.items():
        assert re.search(rf"<dt>{name}</dt>\s*<dd>{re.escape(str(value))}</dd>", made), name
    for estimator in ("DummyClassifier()", "MultiRaterStackingClassifier("):
        assert estimator in made


@pytest.mark.usefixtures("no_pictures")
def test_a_report_on_100000_samples_is_small_and_says_what_it_left_out():
    votes = np.random.default_rng(0).integers(0, 2, (100_000, 2))
    text = make_report(votes, texts=["a text of some length " * 20] * 100_000)
    assert len(text.encode()) < 2_000_000
    assert re.search(r"\d[\d,]* more rows left out", text)


def test_raters_alone_make_a_report_too():
    Y = [["calm", "calm", "sad"], ["sad", "sad", "sad"], ["calm", "sad", "calm"]]
    text = make_report(Y, command="a command")
    assert ">Raters</h2>" in text
    assert 'id="models"' not in text
    assert "a command" in text
    assert text == make_report(Y, command="a command")


@pytest.mark.parametrize(
    "Y",
    [
        ["a", "b", "a"],
        [["a", "a"], ["a", None]],
        pd.DataFrame([[("a\n", "b"), "b"], ["_c", "_c"]], columns=["\x00", ("a", 1)]),
        Task(np.eye(2)[[[0, 1], [1, 1]]], classes=["x", "y"]),
        [[f"class {number}"] * 2 for number in range(40)],
    ],
    ids=["one rater", "one class", "odd names", "votes", "many classes"],
)
def test_ratings_of_every_form_make_a_report(Y, tmp_path):
    halves = ["half a letter: \ud800"] * Task(Y).n_samples
    make_report(Y, tmp_path / "report.html", texts=halves, max_samples=1)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.count("</article>") == len(Task(Y).raters) + text.count('class="card"')


def test_what_cannot_be_drawn_is_told():
    text = make_report([["calm", None], [None, "sad"]])
    assert "no picture. No two raters share " in text


@pytest.mark.usefixtures("no_pictures")
def test_the_page_says_what_it_leaves_out():
    rng = np.random.default_rng(0)
    Y = pd.DataFrame(rng.integers(0, 3, (800, 12)).astype(str))
    text = make_report(Y, max_raters=2, max_samples=1)
    assert "10 raters with fewer samples are left out here" in text
    assert "Pairs of raters, those who agree least first, by the upper limit of the interval" in text
    assert "300 more rows left out." in text  # of 800 samples that split the raters
    assert text.count('class="card"') == 1


@pytest.mark.usefixtures("no_pictures")
def test_a_recording_that_cannot_be_read_is_named(tmp_path):
    text = make_report([["a", "b"], ["b", "a"]], audio=[tmp_path / "no.wav", tmp_path / "none.wav"])
    assert "The recording cannot be played" in text
    assert "no.wav" in text


@pytest.mark.usefixtures("no_pictures")
def test_a_page_that_would_be_too_large_shows_fewer_samples(monkeypatch):
    Y = [["a", "b"], ["a", "b"], ["a", "b"], ["a", "b"]]
    whole = len(make_report(Y, texts=["<&>" * 1000] * 4))
    monkeypatch.setattr(_page, "_LARGEST", whole - 1)
    text = make_report(Y, texts=["<&>" * 1000] * 4, max_samples=4)
    assert len(text) < whole
    assert text.count('class="card"') == 1
    assert "3 more are not shown with their recording or text" in text


@pytest.mark.usefixtures("no_pictures")
def test_a_long_recording_is_cut_and_the_page_says_so():
    seconds = np.zeros(31 * 16000, dtype=np.float32), 16000
    text = make_report([["a", "b"], ["b", "b"]], audio=[seconds, seconds])
    assert "The first 30 of 31 seconds." in text


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"audio": ["a.wav"]}, "audio"),
        ({"texts": "one text"}, "texts is 'one text'"),
        ({"texts": pd.DataFrame({"a": [1, 2]})}, "texts is a table"),
        ({"title": " "}, "title is empty"),
        ({"max_raters": 0}, "max_raters"),
        ({"max_samples": 1000}, "max_samples"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        make_report([["a", "b"], ["b", "b"]], **settings)


@pytest.mark.parametrize("library", ["jinja2", "matplotlib"])
def test_a_missing_library_is_named_with_its_extra(library, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"{library}, which is not installed: .*sklearn-raters\[report\]"):
        check_report()


@pytest.mark.usefixtures("no_pictures")
def test_a_report_without_a_baseline_and_without_probabilities():
    settings = {"cv": 2, "baseline": None, "return_comparison": True, "random_state": 0}
    text = compare({"svc": LinearSVC()}, DATA.X, DATA.Y, **settings).to_html(max_samples=1)
    assert "Without probabilities that could be judged: svc." in text
    assert "Differences are to" not in text


@pytest.fixture(scope="module")
def opened(page):
    """Open the report once; list what it asks for and what goes wrong."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright drives the browser")
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next(filter(None, map(shutil.which, names)), None)
    if chromium is None:
        pytest.skip("no Chromium is installed: the browser's part of the report is not tested")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1200, "height": 900})
        tab.events = []
        tab.on("console", lambda message: tab.events.append(message.text))
        tab.on("pageerror", lambda error: tab.events.append(str(error)))
        tab.on("request", lambda request: tab.events.append(request.url))
        tab.goto(page.as_uri())
        yield tab
        browser.close()


class TestInABrowser:
    """Clicks, keys, media and accessibility in headless Chromium."""

    def test_it_opens_without_network_errors_and_foreign_scripts(self, opened, page):
        assert [event for event in opened.events if not event.startswith("data:")] == [page.as_uri()]
        assert opened.title() == HOSTILE["title"]

    def test_all_pictures_and_recordings_can_be_decoded(self, opened):
        widths = opened.eval_on_selector_all("img", "all => all.map(one => one.naturalWidth)")
        assert len(widths) >= 6
        assert min(widths) > 100
        seconds = opened.evaluate(
            """() => new Promise((done, failed) => {
                const audio = document.querySelector("audio");
                audio.onloadedmetadata = () => done(audio.duration);
                audio.onerror = () => failed(audio.error.message);
                audio.load(); audio.preload = "auto";
            })"""
        )
        assert seconds == pytest.approx(0.5, abs=0.15)

    def column(self, opened, table, place):
        return opened.eval_on_selector_all(
            f"#{table} tbody tr:not([hidden])",
            f"rows => rows.map(row => row.cells[{place}].textContent.trim())",
        )

    def test_a_click_sorts_by_number_and_a_second_one_turns_it_round(self, opened):
        heading = opened.locator("#split thead th").nth(4)
        heading.locator("button").click()
        assert heading.get_attribute("aria-sort") == "ascending"
        doubts = list(map(float, self.column(opened, "split", 4)))
        assert doubts == sorted(doubts)
        assert doubts[0] < doubts[-1]
        heading.locator("button").click()
        assert heading.get_attribute("aria-sort") == "descending"
        assert list(map(float, self.column(opened, "split", 4))) == doubts[::-1]

    def test_keys_sort_by_text_and_other_headings_forget_their_order(self, opened):
        heading = opened.locator("#split thead th").first
        heading.locator("button").focus()
        opened.keyboard.press("Enter")
        names = self.column(opened, "split", 0)
        assert heading.get_attribute("aria-sort") == "ascending"
        assert names == sorted(names, key=lambda name: int(name[5:-1]))  # clip<9> before clip<10>
        assert opened.locator("#split thead th").nth(4).get_attribute("aria-sort") == "none"

    def test_a_filter_hides_rows_and_tells_how_many_are_left(self, opened):
        before = len(self.column(opened, "split", 0))
        opened.fill("#split-filter", "CLIP<1 sad")
        left = self.column(opened, "split", 0)
        assert 0 < len(left) < before
        assert all(name.startswith("clip<1") for name in left)
        assert opened.locator(".controls:has(#split-filter) [role=status]").text_content() == (
            f"{len(left)} of {before} rows"
        )
        opened.fill("#split-filter", "")
        assert len(self.column(opened, "split", 0)) == before

    def test_axe_finds_nothing(self, opened):
        axe = pytest.importorskip("axe_playwright_python", reason="axe-core checks accessibility")
        opened.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
        violations = opened.evaluate("axe.run({resultTypes: ['violations']}).then(all => all.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []

    def test_a_narrow_page_scrolls_downwards_only(self, opened):
        opened.set_viewport_size({"width": 390, "height": 900})
        assert opened.evaluate("document.documentElement.scrollWidth") == 390
        opened.set_viewport_size({"width": 1200, "height": 900})

    def test_print_leaves_out_what_paper_cannot_do(self, opened):
        opened.emulate_media(media="print")
        assert not opened.locator("nav").is_visible()
        assert not opened.locator("audio").first.is_visible()
        assert opened.locator("#scores").is_visible()
        opened.emulate_media(media="screen")


def test_the_page_counts_the_samples_that_were_judged_and_shows_the_raters_of_the_pictures(
    tmp_path, no_pictures
):
    votes = np.array([["a", "a", None], ["b", "b", None], [None, "a", "b"]] * 8, dtype=object)
    Y = pd.DataFrame(votes, columns=["ann", "bob", "cho"]).assign(dan=votes[:, 0])
    settings = {"cv": 2, "baseline": None, "random_state": 0, "return_comparison": True}
    comparison = compare({"chance": DummyClassifier()}, np.zeros((24, 1)), Y, **settings)
    assert len(comparison.tested) == 24
    comparison.to_html(tmp_path / "page.html", max_raters=2)
    text = (tmp_path / "page.html").read_text()
    assert "tested on 16 samples that it had not learnt from" in text
    # Bob has most samples, then Ann and Dan as many.
    assert [name for name in Y if f">{name}</h3>" in text] == ["ann", "bob"]


def test_whole_numbers_that_name_raters_are_shown_as_they_are(no_pictures):
    names = [101, 102, 2**53 + 1]
    page = make_report(Task(pd.DataFrame(DATA.Y.to_numpy()[:, :3], columns=names)))
    assert f"{names[0]} and {names[2]}" in page
    assert "101.0" not in page
    assert str(2**53) not in page


def test_beside_a_rater_stand_those_with_most_common_samples_among_equals():
    Y = np.full((40, 14), None, dtype=object)
    Y[:, 0] = "a"
    for rater in range(1, 14):
        Y[: 2 * rater, rater] = "b"
    shown = _raters._beside(rater_pairs(Y), 0, "95 % interval").rows
    counts = [int(row[1].value) for row in shown]
    assert counts == [26, 24, 22, 20, 18, 8, 10, 12, 14, 16]


def test_intervals_are_named_by_the_confidence_of_the_inspection(no_pictures):
    found = inspect_ratings(DATA.Y, confidence=0.5, random_state=0)
    page = make_report(DATA.Y, inspection=found)
    assert "(50 % interval" in page
    assert "95 % interval" not in page
