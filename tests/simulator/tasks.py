"""Tasks: writes that the BMC accepts first and carries out afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .completion import TASKS, link
from .etags import with_etag
from .messages import Json

if TYPE_CHECKING:
    from .bmc import Bmc


class Tasks:
    """The tasks of a BMC."""

    def __init__(self, bmc: Bmc) -> None:
        """Start without any."""
        self._bmc = bmc
        self._number = 0

    @property
    def enabled(self) -> bool:
        """Whether the board has a task service; on X10 it is there but disabled."""
        return bool(self._bmc.store.first_of("TaskService").get("ServiceEnabled"))

    def start(self, name: str, act: Callable[[], None]) -> str:
        """Begin a task that does something at its end, and return its path."""
        self._number += 1
        path = f"{TASKS}/{self._number}"
        self._bmc.put(path, self._task(path, name))
        members = self._bmc.store[TASKS]
        members["Members"] = [*members.get("Members", ()), link(path)]
        members["Members@odata.count"] = len(members["Members"])

        def complete() -> None:
            act()
            self._bmc.change(
                path,
                {
                    "TaskState": "Completed",
                    "EndTime": self._bmc.date_time(),
                    "PercentComplete": 100,
                },
            )

        self._bmc.agenda.after(self._bmc.task_seconds, complete)
        return path

    def _task(self, path: str, name: str) -> Json:
        """Return the resource of a task that has just begun."""
        body: Json = {
            "@odata.type": "#Task.v1_4_3.Task",
            "@odata.id": path,
            "Id": str(self._number),
            "Name": name,
            "TaskState": "Running",
            "TaskStatus": "OK",
            "StartTime": self._bmc.date_time(),
            "EndTime": None,
            "PercentComplete": 0,
            "Messages": [],
        }
        return with_etag(body) if self._bmc.board.has_etags else body
