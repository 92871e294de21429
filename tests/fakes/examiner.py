"""A judge on loopback: it answers in the form that the schema asks for, as told.

    judge = Examiner()
    with ChatServer(judge) as server:
        judge.say["accuracy"] = 2

Every criterion gets 4 where nothing else is told; of two texts the one that holds `better` wins, else it is a tie.
Replies to prompts that hold any of the words in `broken` cannot be read.
"""

import json
from typing import Any

from tests.fakes.chat_server import Answer

PROBE = "Reply with the word hello"
DRAFT = "I would put a camera there."


class Examiner:
    """Answers requests of a judge; `asked` are the prompts of verdicts and drafts as they came, without probes."""

    def __init__(self, delay: float = 0.0) -> None:
        self.say: dict[str, int] = {}
        self.better = ""
        self.broken: set[str] = set()
        self.delay = delay
        self.asked: list[str] = []

    def __call__(self, request: dict[str, Any]) -> Answer:
        prompt = str(request["messages"][-1]["content"])
        schema = request.get("response_format", {}).get("json_schema", {}).get("schema")
        if PROBE in prompt:
            return Answer(json.dumps({name: p["enum"][0] for name, p in (schema or {})["properties"].items()}))
        self.asked.append(prompt)
        if any(words in prompt for words in self.broken):
            return Answer("I would rather not put a number on it", delay=self.delay)
        if schema is None:
            return Answer(DRAFT, delay=self.delay)
        reply = {name: self._part(name, part, prompt) for name, part in schema["properties"].items()}
        return Answer(json.dumps(reply), delay=self.delay)

    def _part(self, name: str, part: dict[str, Any], prompt: str) -> dict[str, Any]:
        if "winner" not in part["properties"]:
            return {"rationale": f"because of {name}", "evidence": "", "value": self.say.get(name, 4)}
        place = prompt.rfind(self.better) if self.better else -1
        if place < 0:
            return {"rationale": "they are alike", "winner": "tie"}
        return {"rationale": "it says more", "winner": "first" if place < prompt.rfind("The second text") else "second"}
