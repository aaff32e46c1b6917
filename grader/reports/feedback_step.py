"""The feedback page as a step of `nbgrader generate_feedback`, and of the button in Formgrader. A
course's `nbgrader_config.py` puts it there."""

from pathlib import Path
from typing import Any

from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Unicode

from grader.archive.store import Store
from grader.nbgrader.standings import standings
from grader.reports.feedback_data import feedback_data
from grader.reports.feedback_page import feedback_page


class FeedbackPage(NbGraderPreprocessor):
    """Puts the page of a submission into the resources, from which our template takes it."""

    store = Unicode(help="The store of the course.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """The notebook is not changed. One that we did not grade gets nbgrader's own page."""
        place = resources["nbgrader"]
        student, name = place["student"], place["notebook"]
        store = Store(Path(self.store))
        resources["warsha"] = ""
        if record := store.counted(name, student, place["assignment"]):
            known = standings(place["db_url"], place["assignment"], name, student)[student]
            data = feedback_data(store, store.lab(record.stamp["lab"]), record, known)
            resources["warsha"] = feedback_page(data) if data else ""
        return nb, resources
