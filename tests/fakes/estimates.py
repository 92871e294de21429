"""What a training is predicted to need, as if it had been computed."""

from viva.records.model_check import ModelCheck
from viva.records.training import DryRun, Estimate, Fit, Lengths

GIB = 1 << 30

ESTIMATE = Estimate(
    device="cuda (NVIDIA RTX)",
    parts={
        "weights": 2 * GIB, "adapter": GIB // 40, "gradients": GIB // 40, "optimiser": GIB // 40,
        "activations": GIB // 5, "runtime": GIB // 2,
    },
    correction=1.0,
    predicted=3 * GIB,
    available=16 * GIB,
    fit=Fit.FITS,
    nearest={},
    steps=150,
    lengths=Lengths(93, 36_017, 393, 440, 455, 0, 0),
    seconds=1800.0,
)  # fmt: skip
DRY_RUN = DryRun("cuda (NVIDIA RTX)", 3 * GIB, 3 * GIB, 1200.0, 11.0, 1750.0)
CHECKED = ModelCheck("llama", "LlamaForCausalLM", 3_212_749_824, 131_072, True, 128_256)
