"""Networks in torch and their training by skorch; no other folder imports either."""

from sklearn_raters._torch.inference import ask, run
from sklearn_raters._torch.joint import JointNet
from sklearn_raters._torch.modules import BLSTMNet, SoftmaxLayer, build
from sklearn_raters._torch.rater_net import RATER_MODELS, build_rater_net, build_trunk, seeded
from sklearn_raters._torch.training import train

__all__ = [
    "RATER_MODELS",
    "BLSTMNet",
    "JointNet",
    "SoftmaxLayer",
    "ask",
    "build",
    "build_rater_net",
    "build_trunk",
    "run",
    "seeded",
    "train",
]
