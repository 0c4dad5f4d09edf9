"""What a table of results means, in a few sentences, and what the run took."""

from joblib import effective_n_jobs

# A loss of UAR on new speakers that calls for something to be done.
HIGHEST_LOSS = 0.03


def meaning(table, n_classes, baseline, protocol=None):
    """
    Return what a comparison means.

    Parameters
    ----------
    table : DataFrame
        Result of `compare`.
    n_classes : int
        Number of classes.
    baseline : str or None
        The model that the others are compared with.
    protocol : str or None, default=None
        The option, which fixes the scaling.

    Returns
    -------
    str
        Two sentences, and what to do if the UAR is much lower for new speakers.
    """
    chance = f"UAR by chance is {100 / n_classes:.0f}"
    best = table["uar"].idxmax()
    which = "only model" if len(table) == 1 else f"highest of {len(table)} models"
    highest = f"the {which} is {best} with {100 * table['uar'].max():.1f}"
    main = "all views" if "all views" in table.index else best
    advice = advise_on_new_speakers(table, main, protocol)
    if baseline is None or main == baseline:
        return f"{highest[0].upper()}{highest[1:]} percent. {chance}.{advice}"
    gain, low, high = 100 * table.loc[main, ["difference", "low", "high"]]
    verb = "are" if main == "all views" else "is"
    what = f"{abs(gain):.1f} points {'above' if gain >= 0 else 'below'} {baseline}"
    inside = "excludes 0" if low > 0 or high < 0 else "includes 0, so that this may be chance"
    first = f"{main} {verb} {what}; the 95 % interval, {low:.1f} to {high:.1f}, {inside}."
    return f"{first[0].upper()}{first[1:]} {chance}; {highest}.{advice}"


def advise_on_new_speakers(table, name, protocol):
    """
    Return what to do about speakers who are new, empty if they cost a model less than 3 points.

    Parameters
    ----------
    table : DataFrame
        Result of `compare`.
    name : str
        The model.
    protocol : str or None
        The option, which fixes the scaling.

    Returns
    -------
    str
        Sentences after a blank.
    """
    if "uar_new_speaker" not in table:
        return ""
    known, new = table.loc[name, ["uar", "uar_new_speaker"]]
    if not known - new >= HIGHEST_LOSS:
        return ""
    verb = "have" if name == "all views" else "has"
    advice = (
        f" Where a recording is all there is of a new speaker, {name} {verb} {100 * new:.1f} percent, "
        f"{100 * (known - new):.1f} points less. To lose less, give predict several recordings of a speaker "
        "and name the speaker (--speaker, or --speakers folder)"
    )
    if protocol is not None:
        return f"{advice}."
    return (
        f"{advice}; if speakers will always be new, evaluate with --scaling training too, and take it if its "
        f"UAR is above {100 * new:.1f}."
    )


def spent(seconds, n_jobs):
    """
    Return what a run took, and what the seconds in its table are.

    Parameters
    ----------
    seconds : dict
        Seconds of the "run", of which "audio" were spent before the first training.
    n_jobs : int
        The option.

    Returns
    -------
    str
        Two sentences.
    """
    n = effective_n_jobs(n_jobs)
    processes = "one process" if n == 1 else f"{n} processes"
    return (
        f"The run took {seconds['run']:.0f} s in {processes}, {seconds['audio']:.0f} s of them for the "
        'corpus and its audio. "s alone" is what all trainings of a model took, one after the other: '
        "models share trainings, which the run did once."
    )
