"""Execute accepted writes later, as Redfish tasks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .etags import with_etag
from .resources import TASKS, JsonObject, link

if TYPE_CHECKING:
    from .bmc import Bmc


class Tasks:
    """The task service of a BMC."""

    def __init__(self, bmc: Bmc) -> None:
        """Initialize without tasks."""
        self._bmc = bmc
        self._number = 0

    @property
    def enabled(self) -> bool:
        """Return whether the task service is enabled; that of X10 is disabled."""
        return bool(self._bmc.store.first_of("TaskService").get("ServiceEnabled"))

    def start(self, name: str, callback: Callable[[], None]) -> str:
        """Start a task that runs a callback at its end, and return its path."""
        self._number += 1
        path = f"{TASKS}/{self._number}"
        self._bmc.put(path, self._task(path, name))
        members = self._bmc.store[TASKS]
        members["Members"] = [*members.get("Members", ()), link(path)]
        members["Members@odata.count"] = len(members["Members"])

        def complete() -> None:
            callback()
            self._bmc.change(
                path,
                {
                    "TaskState": "Completed",
                    "EndTime": self._bmc.date_time(),
                    "PercentComplete": 100,
                },
            )

        self._bmc.scheduler.call_later(self._bmc.task_seconds, complete)
        return path

    def _task(self, path: str, name: str) -> JsonObject:
        """Return the resource of a running task."""
        body: JsonObject = {
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
