"""Our page as a step of `nbgrader generate_feedback`, and so of Formgrader's button too."""

from pathlib import Path
from typing import Any

from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Unicode

from grader.archive.store import Store
from grader.nbgrader.standings import standings
from grader.reports.feedback import feedback_page
from grader.reports.gather import sheet_of


class FeedbackPage(NbGraderPreprocessor):
    """Puts the page of a submission into the resources, where our template finds it."""

    store = Unicode(help="The store of the course.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Leave the notebook as it is; a notebook that we did not grade gets nbgrader's page."""
        place = resources["nbgrader"]
        student, name = place["student"], place["notebook"]
        store = Store(Path(self.store))
        resources["warsha"] = ""
        if record := store.record(name, student, assignment=place["assignment"]):
            known = standings(place["db_url"], place["assignment"], name, student)[student]
            sheet = sheet_of(store, store.lab(record.stamp["lab"]), record, known)
            resources["warsha"] = feedback_page(sheet) if sheet else ""
        return nb, resources
