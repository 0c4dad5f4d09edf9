"""Networks in torch and their training by skorch; no other folder imports torch or skorch."""

from sklearn_raters._torch.blstm import BLSTMNet
from sklearn_raters._torch.encoders import encode_speech, encode_texts, encoder_config, n_hidden_states
from sklearn_raters._torch.inference import apply_part, encode
from sklearn_raters._torch.modules import JointNet, SoftmaxLayer, build
from sklearn_raters._torch.own_code import is_users, seeded_globally
from sklearn_raters._torch.rater_models import RATER_MODELS, RaterModel
from sklearn_raters._torch.rater_net import build_rater_net, find_rater_model
from sklearn_raters._torch.stored import NETWORKS, Stored, weights_of
from sklearn_raters._torch.training import check_training, resolve_device, train
from sklearn_raters._torch.trunks import build_trunk, check_trunk

__all__ = [
    "NETWORKS",
    "RATER_MODELS",
    "BLSTMNet",
    "JointNet",
    "RaterModel",
    "SoftmaxLayer",
    "Stored",
    "apply_part",
    "build",
    "build_rater_net",
    "build_trunk",
    "check_training",
    "check_trunk",
    "encode",
    "encode_speech",
    "encode_texts",
    "encoder_config",
    "find_rater_model",
    "is_users",
    "n_hidden_states",
    "resolve_device",
    "seeded_globally",
    "train",
    "weights_of",
]
