"""What --help says."""

DESCRIPTION = """\
Learn emotions or other classes from audio that several raters have labelled. Each view is a network that
learns from the labels of one rater or of the crowd of all raters, and a fusion combines the views."""
EVALUATE = """\
Compare models by cross-validation over sessions, or speakers, none of which is in two folds. The models are
the views of each rater and of the crowd and their fusions, as networks on frames; logistic regressions on
functionals; and networks of all raters. Without options, the command makes a small synthetic corpus in a
temporary folder."""
INSPECT = """\
Look at the raters of a table of votes, without audio and training: coverage, use of the classes, agreement of
pairs and of all, each rater against the others, raters who look constant, random, reversed or split into
camps (hints, not verdicts), and samples that split the raters or are worth another rating."""
TRAIN = "Train all views and their fusion, or a network of all raters, on a whole corpus; write it to a file."
PREDICT = """\
Print the predicted class of audio files, the probabilities of the classes, and the class that each rater
would choose. FILES are audio files, folders of audio, CSV or TSV tables with the column "file" and, if known,
"speaker", or - for a path in each line of standard input. Files of a speaker whom the model knows, from
training or by --remember, are scaled by what is known of the speaker. For any other speaker, the scale starts
from what is usual and moves towards the speaker's own as there are more recordings in FILES. So no answer
depends on recordings of others. Files that cannot be used, or are silent, are listed with the reasons, and
the command exits with status 3. Model files hold data only: reading one runs no code of its author."""
GUIDE = """\
Write the guide and the description of every public name as pages of HTML, and open them in a browser.
Needs no network, but pdoc: pip install 'sklearn-raters[guide]'."""

# Repeated here, since importing the library for --help takes a second; a test compares both lists.
NETWORKS = {
    "multitask": "an output for each rater",
    "doctor_net": "an output for each rater, with learnt weights of the raters",
    "uncertainty": "the raters' disagreement as a second output",
    "crowd_layer": "a confusion matrix for each rater, after the consensus",
    "union_net": "the raters' confusion matrices as one, learnt together",
    "trace_reg": "confusion matrices, their traces kept small",
    "geo_reg_f": "confusion matrices, the predictions of the consensus kept apart",
    "geo_reg_w": "confusion matrices, kept apart from each other",
    "conal": "common confusions, mixed with each rater's own",
    "crowd_ar": "confusion matrices, and the reliability of each vote",
    "annot_mix": "confusions predicted from rater and sample, trained on mixtures",
    "madl": "confusions predicted from rater and sample, raters weighted by similarity",
}
MODELS = ("views", "logistic", "logistic_stack", *NETWORKS)

# Help of each option; `add_option` adds its choices and its default.
HELP = {
    "corpus": "rated audio to learn from",
    "root": "folder of the corpus; the synthetic corpus is kept there",
    "ratings": "your own ratings in place of --corpus: a table with a row for each vote (CSV, TSV, JSON "
    "lines, Parquet, Excel), or the export of an annotation tool",
    "audio": "folder with the audio of --ratings",
    "tool": "tool that wrote --ratings: table, label-studio, argilla, prodigy, doccano, potato, mturk, "
    "prolific, toloka, crowd-kit or lewidi (default: recognised from the file)",
    "question": "question whose answers are the labels, where the raters answered several",
    "sample-column": "column of --ratings with the sample (default: the one with a usual name)",
    "rater-column": "column of --ratings with the rater (default: the one with a usual name)",
    "label-column": "column of --ratings with the label (default: the one with a usual name)",
    "speaker-column": "column with the speaker (default: none, all audio is scaled as of one speaker)",
    "session-column": "column with the session, whose samples are kept in one fold (default: the speaker)",
    "missing-label": "labels of --ratings that mean 'not rated', such as -1",
    "label-separator": "what separates several labels in one cell of --ratings, such as ; or '|'",
    "bins": "classes of the scores in --ratings, edges and names in turn: 0,low,33,middle,66,high,100. A "
    "score on an inner edge belongs to the class below it",
    "classes": "the classes; other labels count for the majority only (default: those of the corpus or the "
    "table)",
    "label-map": "labels to merge after the majority is taken, such as excitement=happiness; a label with "
    "nothing after its = sign means 'not rated' (default: the map of the corpus, none for a table)",
    "features": "what computes the features of audio",
    "scaling": "what the features are scaled by, to mean 0 and deviation 1",
    "views": "views to train. crowd_hard: majority labels; crowd_soft: distributions of labels; raters: a "
    "view for each rater with --min-ratings; or names of raters; all: crowd_hard,crowd_soft,raters",
    "min-ratings": "number of samples that a rater with a view must have rated in every training part",
    "alpha": "smoothing of the distributions of crowd_soft, 0 or more",
    "fusion": "how the views are combined",
    "class-weight": "weights of the classes in the fusion, and of the votes in networks of all raters",
    "epochs": "number of passes over the training samples (default: 15, or more for few samples; for the "
    "synthetic speech 6, so that it is quick; of networks of all raters 40)",
    "batch-size": "samples in each step (default: 32; for the synthetic speech 16)",
    "learning-rate": "size of the first steps, shrinking (default: 0.002, of networks of all raters 0.001)",
    "models": "models of the table, all on the same folds. views: networks of the --views, their pair and "
    "their fusions; logistic: kernel logistic regression on functionals of the audio and majority labels; "
    "logistic_stack: the --views as such regressions, fused; and networks of all raters: "
    + "; ".join(f"{name}: {meaning}" for name, meaning in NETWORKS.items()),
    "model-out": "file to write the model to; the options of the run are written beside it, as .toml",
    "model": "model to train on all samples",
    "saved-model": "model of --save-model, which it needs. stack: the views and their fusion; or a network "
    "of --models",
    "seed": "seed of all random numbers",
    "seeds": "number of seeds, from --seed on: the table has the means over them, and the standard deviation "
    "of the UAR",
    "save-model": "file to write a model to that is trained on all samples after the evaluation, as by train",
    "time-limit": "begin no training after so many minutes: exit with status 4. The same command continues "
    "with the trainings that are in --cache",
    "config": "TOML file with options by their long names, alone or in a table of the command such as "
    "[evaluate]; options of the command line have precedence. evaluate, train and predict write such a file "
    "beside --out, inspect into --output, with the command that repeats the run",
    "quiet": "print the result, warnings and errors only",
    "json": "print the result as JSON",
    "debug": "show the traceback of an error",
    "n-jobs": "number of processes; -1 uses all cores",
    "device": "device of the networks: cpu, cuda, ...; auto uses a GPU if there is one",
    "cache": "folder to keep features and trainings in, with which an interrupted run continues",
    "skip-broken": "leave out audio files that cannot be used, list them with the reasons on standard error, "
    "and exit with status 3",
    "ordered": "take the classes as ordered, as --classes or --bins give them, or as numbers",
    "repeat-column": "column with what a sample shows (a text, a recording), equal for samples that repeat "
    "each other: compares each rater's own ratings",
    "shown-audio": "folder with the recordings of the samples, to hear them in --report",
    "text-column": "column with the text of a sample, to read it in --report",
    "output": "existing or new folder to write all tables to, as CSV files",
    "top": "number of raters, pairs and samples to print in each table",
    "out": "file to write the numbers to; the options of the run are written beside it, as .toml",
    "protocol": "settings of a publication, which take the place of the options of corpus, folds and model; "
    "--epochs, --batch-size and --learning-rate narrow its search",
    "folds": "number of folds (default: the number of sessions, or 5 if there are more than ten)",
    "format": "format of the output",
    "speakers": "who speaks in files for which no table names the speaker",
    "speaker": "name of the speaker of all files for which no table names one",
    "segments": "answer along time, in segments of so many seconds, or in stretches of speech between pauses "
    "(speech; needs the extra 'speech')",
    "remember": "file to write the model to, with the named speakers among those that it knows; speakers of "
    "the training stay as they are",
    "report": "file to write a report to, one HTML page that needs no network: raters, samples that split "
    "them, and after evaluate the models. Needs pip install 'sklearn-raters[report]'",
    "answers-out": "file to write every prediction to, by its ending CSV, JSON lines (.jsonl) or Parquet; "
    "the options of the run are written beside it, as .toml. Without it, predictions are printed only, and "
    "no file keeps the options",
    "predictions": "file to write every prediction to, by its ending CSV, JSON lines (.jsonl) or Parquet: of "
    "each tested sample the fold, the consensus, the votes, and the class and probabilities of each model",
}

FEATURES = {
    "opensmile": "openSMILE's, of which the frames are the paper's; for research, not for products",
    "spectral": "MFCC, energy and pitch, also for products; needs the extra 'spectral'",
}
SCALINGS = {
    "speaker": "each speaker's own mean and deviation, for what a speaker does, such as emotion",
    "training": "those of all recordings, for what a speaker is, such as pronunciation or age (default: "
    "speaker, but training for --corpus speechocean762)",
}
FUSIONS = {
    "pool": "log-linear pool of the views' probabilities, learnt out of fold",
    "logistic": "logistic regression on the views' representations, with a penalty chosen on held-out data",
    "softmax": "the paper's layer, trained by Adamax with dropout",
    "mean": "mean of the views' probabilities",
    "mixture": "weighted mean of the views' probabilities, with weights learnt on held-out data",
    "fine_tune": "logistic, then all views and the layer are trained further",
}
CORPORA = {
    "made": "synthetic speech, made by the command",
    "iemocap": "IEMOCAP in --root",
    "speechocean762": "speechocean762 in --root",
    "crema-d": "CREMA-D in --root, by voice",
    "msp-improv": "MSP-IMPROV in --root",
    "msp-podcast": "MSP-Podcast in --root",
}
PROTOCOLS = {"paper": "Chou & Lee 2019 on IEMOCAP in --root, beside the numbers of its Table 3"}
CLASS_WEIGHTS = {
    "balanced": "classes have equal weight for any number of samples",
    "none": "samples have equal weight",
}
FORMATS = {"table": "a table to read, in percent", "csv": "a line for each file", "json": "a list of objects"}
SPEAKERS = {
    "each": "nothing is known of them but the file itself",
    "one": "all FILES are of one new speaker",
    "folder": "the folder of a file has the name of its speaker",
}


EXIT_STATUS = """\
exit status:
  0    done
  1    a fault of this program: please report its traceback
  2    wrong input, explained in one line on standard error
  3    done, but for audio files that cannot be used and are listed
  4    stopped by --time-limit; the same command continues
  130  stopped by Ctrl-C; nothing is half-written
  141  the reader of the output has closed it"""
EPILOG = f"""\
examples:
  sklearn-raters inspect votes.csv
  sklearn-raters evaluate --ratings votes.csv --audio recordings --speaker-column speaker
  sklearn-raters train --ratings votes.csv --audio recordings --out model.bin
  sklearn-raters predict model.bin new/*.wav

{EXIT_STATUS}

completion of the options by the Tab key, with `pip install 'sklearn-raters[completion]'`:
  sklearn-raters --print-completion bash > ~/.local/share/bash-completion/completions/sklearn-raters"""
EPILOGS = {
    "inspect": """\
examples:
  sklearn-raters inspect votes.csv --output raters
  sklearn-raters inspect scores.csv --bins 0,low,33,middle,66,high,100 --ordered
  sklearn-raters inspect export.json --tool label-studio --question emotion --json
  sklearn-raters inspect votes.csv --classes 'calm,"sad, tired"' --label-map '"tired, worn out=calm"'""",
    "evaluate": """\
examples:
  sklearn-raters evaluate
  sklearn-raters evaluate --ratings votes.csv --audio recordings --speaker-column speaker --cache cache
  sklearn-raters evaluate --corpus iemocap --root IEMOCAP --models views,logistic,crowd_layer --seeds 5
  sklearn-raters evaluate --config sklearn_raters_results.toml --fusion mean""",
    "train": """\
examples:
  sklearn-raters train --ratings votes.csv --audio recordings --speaker-column speaker --out model.bin
  sklearn-raters train --corpus crema-d --root CREMA-D --model annot_mix --out model.bin""",
    "predict": """\
examples:
  sklearn-raters predict model.bin new/*.wav
  sklearn-raters predict model.bin anna ben --speakers folder --out answers.csv
  sklearn-raters predict model.bin first/*.wav --speaker anna --remember model.bin
  sklearn-raters predict model.bin meeting.wav --segments speech""",
}
