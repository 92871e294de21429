"""The memory of the machine: how much of it a training may take, and how much it has taken."""

import os
import resource
import sys
from pathlib import Path

from viva.train.memory import CUDA_RUNTIME

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")

UNLIMITED = 1 << 60
"""A limit above this is none (version 1 of cgroups writes a number for it)."""


def available_bytes(cuda: bool) -> int:
    """Return the bytes that a training started now may take.

    On a GPU all that other processes have left; on the CPU what can be had without swapping, within the limit of the
    control group where there is one. What this process holds itself counts as available: it ends before.
    """
    if cuda:
        import torch

        free, total = torch.cuda.mem_get_info()
        return min(int(total), int(free) + CUDA_RUNTIME)
    return min([_free_bytes(), *_limits()]) + _own_bytes()


def reset_peak() -> None:
    """Forget the most that this process has held so far, where the system can do that (Linux)."""
    file = PROC / "self" / "clear_refs"
    if file.exists():
        file.write_text("5")


def peak_bytes(cuda: bool) -> int:
    """Return the most bytes that this process has held on its device.

    On a GPU: what torch reserved, and what the driver took for the process. On the CPU: resident memory since
    `reset_peak`. There `/proc/self/status` is asked before `getrusage`, whose figure a process inherits from the one
    that started it.
    """
    if cuda:
        import torch

        free, total = torch.cuda.mem_get_info()
        context = total - free - torch.cuda.memory_reserved()
        # More than any driver takes belongs to other processes.
        return int(torch.cuda.max_memory_reserved() + (context if context < 4 * CUDA_RUNTIME else CUDA_RUNTIME))
    status = _table(PROC / "self" / "status")
    if "VmHWM" in status:
        return status["VmHWM"]
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _free_bytes() -> int:
    memory = _table(PROC / "meminfo")
    if "MemAvailable" in memory:
        return memory["MemAvailable"]
    # macOS: half of it is what other programs usually leave.
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


def _own_bytes() -> int:
    return _table(PROC / "self" / "status").get("RssAnon", 0)


def _limits() -> list[int]:
    """Return what each control group that this process is in has left (versions 1 and 2)."""
    own = PROC / "self" / "cgroup"
    found = []
    for line in own.read_text().splitlines() if own.exists() else []:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            found += _left(CGROUPS, path, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            found += _left(CGROUPS / "memory", path, *names)
    return found


def _left(root: Path, path: str, limit: str, usage: str, reclaimable: str) -> list[int]:
    """Return what is left in the group at `path` and in those around it; a container sees its own group as the root."""
    groups = [root, *(root.joinpath(*path.strip("/").split("/")[:depth]) for depth in range(1, path.count("/") + 1))]
    found = []
    for group in groups:
        if not (group / limit).exists() or not (group / usage).exists():
            continue
        most = (group / limit).read_text().strip()
        if not most.isdigit() or int(most) > UNLIMITED:
            continue
        statistics = group / "memory.stat"
        lines = [line.split() for line in statistics.read_text().splitlines()] if statistics.exists() else []
        cached = next((int(words[1]) for words in lines if words[0] == reclaimable), 0)
        found.append(max(0, int(most) - int((group / usage).read_text()) + cached))
    return found


def _table(path: Path) -> dict[str, int]:
    """Return the sizes in a file of lines such as `VmHWM: 12 kB`, in bytes; none where there is no such file."""
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) == 3 and words[2] == "kB"}
