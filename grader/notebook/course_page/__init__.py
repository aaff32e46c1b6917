"""The course page: the first page that a trainee sees in JupyterLab, and the language of lessons.

It is an extension of the Jupyter server. It works where the server shows a trainee's course, with
`make lab` and under a hub; `pyproject.toml` installs its settings. `labextension/` is its part in
JupyterLab: the button for the language, and the way back to the course page.
"""


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Where the Jupyter server finds the extension. It is loaded only by the server."""
    return [{"module": "grader.notebook.course_page.server_extension"}]
