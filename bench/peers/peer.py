"""The peers' side of a benchmark: one JSON request a line in, one JSON answer a line out.

Request  {"work": NAME, "args": {...}}: prepares the work once, then takes one measurement.
Answer   {"value": NUMBER, ...} in the unit the work's docstring names, or {"error": TEXT}.
The work "versions" answers with the versions of what is installed.

Usage: peer.py CORE   (CORE: the core to stay on, "-" for no pinning)
"""

import os
import sys

CORE = sys.argv[1] if len(sys.argv) > 1 else "-"
if CORE != "-" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {int(CORE)})
# Thread pools read these when their library loads, so they are set before any of it is imported.
for name in ("OMP", "MKL", "OPENBLAS", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ[f"{name}_NUM_THREADS"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

import importlib  # noqa: E402
import importlib.metadata  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
from pathlib import Path  # noqa: E402

HERE = Path(__file__).parent

# Work -> the module that has a function of that name, so that a suite loads only what it measures.
WORKS = {
    "sgemm": "torch_kernels",
    "ppo_step": "torch_kernels",
    "mlp_step": "torch_kernels",
    "hessian_vector": "torch_kernels",
    "gradient_features": "torch_features",
    "env_steps": "env_steps",
    "envpool_steps": "envpool_steps",
    "metaworld_steps": "metaworld_steps",
    "sb3_ppo": "sb3_ppo",
    "sb3_sac": "sb3_sac",
    "sb3_train_ppo": "sb3_training",
    "sb3_train_sac": "sb3_training",
    "torch_train_ppo": "torch_ppo",
    "torch_train_sac": "torch_sac",
    "mtsac_update": "torch_mtsac",
    "torch_meta_train": "torch_maml",
    "bilevel_hypergradient": "torch_bilevel",
    "jax_ppo": "jax_ppo",
    "logistic": "sklearn_logistic",
    "sdp": "cvxpy_sdp",
    "draws": "numpy_draws",
}


def versions():
    """Versions of Python and of the packages that requirements.txt names."""
    names = [line.split("==")[0].strip() for line in (HERE / "requirements.txt").read_text().splitlines()]
    return {"python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in names if name and not name.startswith("#")
    }


def answer(request, prepared):
    """Measures one request; `prepared` keeps what earlier requests with the same arguments built."""
    work, args = request["work"], request.get("args", {})
    if work == "versions":
        return versions()
    if work not in WORKS:
        raise KeyError(f"Cannot run {work!r}: want one of {', '.join(WORKS)}")
    key = json.dumps([work, args], sort_keys=True)
    if key not in prepared:
        prepared[key] = getattr(importlib.import_module(WORKS[work]), work)(**args)
    measured = prepared[key]()
    return measured if isinstance(measured, dict) else {"value": measured}


def serve():
    """Answers until standard input ends. Libraries that print do so on standard error."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    prepared = {}
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line), prepared)
        except Exception as error:  # the caller decides what a failed work means
            reply = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    serve()
