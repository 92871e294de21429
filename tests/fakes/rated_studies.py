"""Studies of the small workspace that some raters have begun."""

from viva.records.rating import OVERALL, Choice
from viva.records.study import StudyMode, StudyRequest
from viva.settings import Settings
from viva.workbench import Workbench

SYSTEMS = ("starter", "tuned")


def as_person(workbench: Workbench, name: str, role: str = "rater") -> Workbench:
    """Return the workbench of somebody else."""
    return Workbench(Settings(workspace=workbench.paths.root, rater=name, role=role, lock_timeout=10.0))


def rate(workbench: Workbench, study: str, count: int, comment: str = "", flagged: bool = False) -> None:
    """Give so many verdicts as whoever the workbench is of."""
    desk = workbench.desk
    sitting = desk.sit_down(study, count)
    task = sitting.task
    items = desk.items(task.study_id, [lease.item_id for lease in sitting.served.leases])
    for item in list(items.values())[:count]:
        if task.mode is StudyMode.PAIRWISE:
            desk.save_preference(task, item, {OVERALL: Choice("a")}, comment=comment, flagged=flagged, seconds=60.0)
        else:
            values = {criterion.name: 3 for criterion in task.rubric.criteria}
            desk.save(task, item.item_id, values, comment=comment, flagged=flagged, seconds=42.0)
    desk.release(task.study_id)
    desk.deliver()


def make_more(workbench: Workbench) -> None:
    """Make a study of pairs, one that is paused, and one that is closed, beside the one that is there."""
    studies = workbench.studies
    studies.create(StudyRequest("pairs", "tiny", "test", SYSTEMS, StudyMode.PAIRWISE))
    studies.create(StudyRequest("waiting", "tiny", "test", SYSTEMS))
    studies.pause("waiting")
    studies.create(StudyRequest("over", "tiny", "test", SYSTEMS))
    studies.close("over")
