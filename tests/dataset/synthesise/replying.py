"""What a well-behaved model would answer to the shipped prompts: the same text for the same request, always."""

import hashlib
import json
import random
import re
from typing import Any

from tests.fakes.chat_server import last_message

WORDS = (
    "river", "stone", "copper", "glacier", "violin", "harbour", "pollen", "neuron", "lattice", "ledger", "turbine",
    "orchard", "salmon", "verdict", "enzyme", "mosaic", "satellite", "grammar", "monsoon", "fresco", "battery",
    "pension", "migration", "quartz", "sonata", "bridge", "vaccine", "comet", "dialect", "fungus",
)  # fmt: skip
APPROACH = {
    "hypothesis": "The effect grows with the dose and then levels off.",
    "methodology": "A randomised design with two arms and a blind assessor.",
    "key_steps": ["Recruit forty people", "Measure them twice"],
    "data_collection": "",
    "analysis": "A mixed model with a random intercept per person.",
    "limitations": "The sample comes from one town only.",
    "ethics": "N/A",
}


def answer(request: dict[str, Any]) -> str:
    """Return the reply to a request made with one of the shipped prompts."""
    prompt = last_message(request)
    words = random.Random(hashlib.sha256(prompt.encode()).hexdigest())
    if found := re.search(r"Write (\d+) new research questions", prompt):
        return json.dumps({"questions": [question(words) for _ in range(int(found[1]))]})
    if found := re.search(r"Write (\d+) pairs", prompt):
        components = re.findall(r"^- (.*)$", prompt.split("by name")[1].split("The question")[0], re.MULTILINE)
        approach = f"We combine {components[0]} with {components[-1]} " + "and measure what is seen on the spot " * 3
        pairs = [{"question": question(words), "approach": approach} for _ in range(int(found[1]))]
        return json.dumps({"pairs": pairs})
    return "Here it is:\n```json\n" + json.dumps({**APPROACH, "analysis": f"We compare {question(words)}"}) + "\n```"


def question(words: random.Random) -> str:
    return "How does the {} of a {} change the {} and the {} near {} {}?".format(*words.sample(WORDS, 6))
