"""The model card written beside an adapter: what it is, what it was made of, and how."""

from collections.abc import Mapping
from typing import Any

from viva.text import display_line

_CARD = """\
---
library_name: peft
base_model: {base}
---

# {title}

A LoRA adapter over `{base}`, made by viva with the recipe `{recipe}`{data}.

| | |
|---|---|
| Training examples | {train:,} ({tokens:,} tokens, the longest {longest:,}) |
| Validation examples | {validation:,} |
| Cut at the end, left out | {truncated:,}, {dropped:,} |
| Optimiser steps | {steps:,} in {seconds:,.0f} s |
| Kept | step {best_step:,}{loss} |
| Parameters | {trainable:,} trained on top of {parameters:,} |
| Hardware | {device}, {precision}, attention {attention}, {processes} process(es) |
| Libraries | {libraries} |

It is asked with this template:

```
{prompt}
```

## Recipe

| key | value |
|---|---|
{values}

Whether its texts are any good, no loss can say: let people rate them.
"""


def model_card(settings: Mapping[str, Any]) -> str:
    """Return the card in Markdown; `settings` are those in `training.json`."""
    recipe = settings["recipe"]
    loss = settings["best_eval_loss"]
    values = [f"| {key} | {_cell(value)} |" for key, value in recipe.items() if key not in {"description", "sweep"}]
    return _CARD.format(
        **{name: settings[name] for name in (
            "train", "validation", "tokens", "longest", "steps", "seconds", "best_step", "trainable", "parameters",
            "device", "precision", "attention", "processes", "prompt",
        )},
        base=settings["base"],
        title=display_line(recipe["title"], 200),
        recipe=recipe["name"],
        data=f" on {display_line(settings['data'], 200)}" if settings.get("data") else "",
        truncated=sum(settings["truncated"].values()),
        dropped=sum(settings["dropped"].values()),
        loss=f" (validation loss {loss:.4f})" if loss is not None else "",
        libraries=", ".join(f"{name} {number}" for name, number in settings["libraries"].items()),
        values="\n".join(values),
    )  # fmt: skip


def _cell(value: Any) -> str:
    return display_line(str(value), 400).replace("|", "\\|")
