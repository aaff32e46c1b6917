"""What can go wrong on the grader's side.

GraderError
 +-- LabError         a lab's folder is wrong (file, what)
 +-- CourseError      course.toml, the roster or a lesson is wrong (file, line or cell, what)
 +-- SubmissionError  what was handed in cannot be read as a submission
"""


class GraderError(Exception):
    """A known error: one line of cause (`str(error)`) and one line of cure (`error.cure`)."""

    def __init__(self, cause: str, cure: str = "") -> None:
        super().__init__(cause)
        self.cure = cure


class LabError(GraderError):
    """A lab's folder is incomplete or contradicts itself."""


class CourseError(GraderError):
    """A course, a roster or a lesson cannot be used as it stands."""


class SubmissionError(GraderError):
    """What was handed in cannot be read; nothing of it is graded, and earlier marks stay."""
