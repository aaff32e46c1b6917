"""The grader's verbs: `warsha course`, `roster`, `extend`, `check`, `grade`, `feedback`, `class`,
`replay`, `lab`, `demo`. This module only parses arguments and prints.

Modules that take long to import, as those that need nbgrader, are imported in the verb that uses
them: `warsha --help` imports none of them, and a test holds it.
"""

import os
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from grader.lab.course import load_course
from grader.terminal import one_line, show_page
from hardware.i18n import _, language

app = typer.Typer()
course_app = typer.Typer(
    help="Make a course: what is released, the class list, what trainees get."
)
lab_app = typer.Typer(help="Open the trainee's course; make and check labs.")
app.add_typer(course_app, name="course")
app.add_typer(lab_app, name="lab")

LabName = Annotated[str, typer.Argument(help="The lab.")]
AssignmentName = Annotated[str, typer.Argument(help="A lab, or an assignment of several labs.")]
CourseName = Annotated[str | None, typer.Option("--course", help="The course's folder name.")]
NOT_GRADED = 3
"""Exit code when something could not be graded, or a feedback page could not be made."""


@course_app.command("build")
def course_build(
    course: Annotated[str | None, typer.Argument(help="The course's folder name.")] = None,
) -> None:
    """Make nbgrader's folder of a course, and the folder that trainees get."""
    from grader.notebook.course_build import build_course

    out = Console(soft_wrap=True)
    built = load_course(course)
    out.print(_("the course is in {root}").format(root=build_course(built, out.print)))
    out.print(_("trainees get {folder}").format(folder=built.trainee))


@course_app.command("book")
def course_book(course: CourseName = None) -> None:
    """Make the instructor's book and a handout of each module, as pages and as PDF."""
    from grader.authoring.course_book import write_book

    out, chosen = Console(soft_wrap=True), load_course(course)
    files = write_book(chosen, chosen.root / "book", language())
    for file in files:
        out.print(str(file), markup=False, highlight=False)
    if sum(file.suffix == ".pdf" for file in files) * 2 < len(files):
        text = _("Not every page is a PDF: Chromium is not installed, or it failed.")
        out.print(text, _("Print the pages from a browser."))


@course_app.command("marks")
def course_marks(
    course: CourseName = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write the marks of the whole course as a page and a table: labs and tries, who may take
    which module check and what is missing, projects, and the total."""
    from grader.reports.course_table import write_course

    out = Console()
    rows, files = write_course(load_course(course))
    allowed = [
        f"{row.person.student} ({check.module})"
        for row in rows
        for check in row.checks
        if not check.missing and not check.opening
    ]
    text = _("trainees: {count}; they may take a module check: {names}")
    line = text.format(count=len(rows), names=", ".join(allowed) or "-")
    out.print(one_line(line), soft_wrap=True, highlight=False)
    for file in files:
        out.print(Text(str(file)), soft_wrap=True)
    if open_:
        show_page(out, files[0])


@course_app.command("move")
def course_move(
    url: Annotated[str, typer.Argument(help="postgresql+psycopg://USER@HOST/NAME")],
    course: CourseName = None,
) -> None:
    """Move the gradebook into another database, with all that is in it: names, due dates, marks
    that persons gave, comments, extensions."""
    from grader.nbgrader.gradebook_move import move_gradebook

    trainees, labs, submissions = move_gradebook(load_course(course).root, url)
    text = _("in {url} now: trainees {trainees}, labs {labs}, submissions {submissions}")
    line = text.format(url=url, trainees=trainees, labs=labs, submissions=submissions)
    Console().print(Text(line), soft_wrap=True)


@app.command()
def roster(
    file: Annotated[Path, typer.Argument(help="The class list.")], course: CourseName = None
) -> None:
    """Put a class list (CSV, also as Moodle exports it) into the gradebook."""
    from grader.lab.class_list import parse_class_list
    from grader.nbgrader.enrolment import enrol

    out, found = Console(), parse_class_list(file)
    new, changed = enrol(load_course(course).root, found.trainees)
    if found.columns:
        names = ", ".join(f"{name} → {ours}" for name, ours in found.columns.items())
        text = _("columns of Moodle: {names}; not used: {unused}")
        unused = ", ".join(found.unused) or "-"
        out.print(one_line(text.format(names=names, unused=unused)), soft_wrap=True)
    text = _("trainees: {count}, of them new: {new}, changed: {changed}")
    line = text.format(count=len(found.trainees), new=new, changed=changed)
    out.print(line, highlight=False)


@app.command()
def extend(
    trainees: Annotated[
        str,
        typer.Argument(
            metavar="TRAINEE", help="An id, several ids joined by commas, or a class list (CSV)."
        ),
    ],
    lab: LabName,
    until: Annotated[
        str, typer.Option(help="The new time: 2026-01-15 23:59, then UTC, +02:00 or Africa/Cairo.")
    ],
    course: CourseName = None,
) -> None:
    """Give a trainee, or a group, more time for a lab; late penalties change at once."""
    from grader.lab.class_list import read_class_list
    from grader.nbgrader import due_times
    from grader.nbgrader.folders import labs_of, time_of
    from grader.nbgrader.grade_writer import GradeWriter

    chosen, time = load_course(course), time_of(until)
    labs_of(chosen, lab)  # raises
    is_file = trainees.endswith(".csv")
    found = read_class_list(Path(trainees)) if is_file else []
    ids = [one.id for one in found] if is_file else trainees.split(",")
    with GradeWriter(chosen.root) as writer:
        due = writer.extend(lab, ids, time)
        due_times.publish(chosen.root)
    text = _("{lab} is due on {time} UTC for {names}; for the others on {due} UTC")
    line = text.format(lab=lab, time=time, names=", ".join(ids), due=due)
    Console().print(one_line(line), soft_wrap=True, highlight=False)


@app.command()
def check(
    trainees: Annotated[
        str, typer.Argument(metavar="TRAINEE", help="An id, or several ids joined by commas.")
    ],
    module: Annotated[int, typer.Argument(min=1, help="The number of the module, from 1.")],
    course: CourseName = None,
    gate: Annotated[
        bool, typer.Option("--gate/--without-gate", help="Whether the labs' marks matter.")
    ] = True,
) -> None:
    """Open the check of a module: a lab of it again, with one submission within 30 minutes."""
    from grader.classrun.check_opening import open_check

    out = Console()
    for one in open_check(load_course(course), trainees.split(","), module, gate=gate):
        text = _("{student}: {assignment}, one submission until {time} UTC")
        line = text.format(student=one.trainee, assignment=one.assignment, time=one.end)
        out.print(one_line(line), soft_wrap=True, highlight=False)


@app.command()
def grade(
    assignment: AssignmentName,
    course: CourseName = None,
    student: Annotated[str | None, typer.Option(help="Only this trainee.")] = None,
    seeds: Annotated[
        Literal["hidden", "public"], typer.Option(help="The seeds that the marks are given with.")
    ] = "hidden",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Score, and save nothing.")] = False,
    sandbox: Annotated[
        bool, typer.Option(help="Isolate host code in a sandbox; marks note when it was not.")
    ] = True,
    scheduler: Annotated[
        str, typer.Option(help="Score on a dask cluster: tcp://HOST:PORT or tls://HOST:PORT.")
    ] = "",
    tls_ca: Annotated[str, typer.Option(help="The cluster's certificate authority (PEM).")] = "",
    tls_cert: Annotated[str, typer.Option(help="Our certificate for it (PEM).")] = "",
    tls_key: Annotated[str, typer.Option(help="The key of our certificate (PEM).")] = "",
) -> None:
    """Grade the submissions for a lab, or for an assignment of several labs: a drop-in for
    `nbgrader autograde`."""
    from grader.classrun import pool

    if not scheduler:
        pool.warm()
    from grader.classrun import grading_report
    from grader.classrun.class_notes import class_notes
    from grader.classrun.cluster import DaskCluster, Tls
    from grader.classrun.grading import gradings
    from grader.nbgrader import due_times

    out = Console()
    begin = time.perf_counter()
    labs = gradings(load_course(course), assignment, seeds, sandbox=sandbox)
    folders = labs[0].submissions(student)
    tls = Tls(tls_ca, tls_cert, tls_key)
    with DaskCluster(scheduler, tls, out.print) if scheduler else nullcontext() as cluster:
        work = [(grading, folders) for grading in labs]
        outcomes = grading_report.grade_all(out, work, dry_run=dry_run, cluster=cluster)
    notes = class_notes(labs[0].course.root, assignment, folders, outcomes)
    grading_report.print_run(out, outcomes, notes, time.perf_counter() - begin)
    due_times.publish(labs[0].course.root)  # they may have been changed in Formgrader
    if not all(outcome.is_graded for outcome in outcomes):
        raise typer.Exit(NOT_GRADED)


@app.command()
def demo(course: CourseName = None) -> None:
    """Build the course, grade a sample class on virtual boards, and show the scores. One hidden
    seed each: the class is the references and all mutants of the course."""
    from rich.progress import track

    from grader import demo
    from grader.classrun import grading_report
    from grader.classrun.grading import Grading
    from grader.notebook.course_build import build_course
    from grader.reports.class_writer import write_class
    from grader.reports.feedback_writer import FeedbackWriter

    out = Console()
    sample = replace(demo.demo_course(load_course(course)), seeds=1)
    build_course(sample, out.print)
    demo.make_class(sample)
    begin = time.perf_counter()
    gradings = [Grading(sample, lab) for lab in sample.labs]
    outcomes = grading_report.grade_all(
        out, [(grading, grading.submissions()) for grading in gradings]
    )
    seconds = time.perf_counter() - begin
    for lab in track(sample.labs, _("feedback"), console=out, transient=True):
        list(FeedbackWriter(sample, lab).run())
        write_class(sample, lab)
    grading_report.print_class(out, outcomes, sample.labs)
    grading_report.print_problems(out, outcomes)
    out.print(_("feedback: {folder}").format(folder=sample.root / "feedback"), soft_wrap=True)
    out.print(_("class pages: {folder}").format(folder=sample.root / "class"), soft_wrap=True)
    grading_report.print_count(out, outcomes, seconds)
    if not all(outcome.is_graded for outcome in outcomes):
        raise typer.Exit(NOT_GRADED)


@app.command()
def feedback(
    lab: AssignmentName,
    course: CourseName = None,
    student: Annotated[str | None, typer.Option(help="Only this trainee.")] = None,
) -> None:
    """Write the feedback page of each graded submission, as `nbgrader generate_feedback` would."""
    from rich.progress import track

    from grader.reports.feedback_writer import FeedbackWriter

    out, chosen = Console(), load_course(course)
    writer = FeedbackWriter(chosen, lab, student)
    quiet, total = not out.is_terminal, len(writer.students)
    made = list(track(writer.run(), lab, total, console=out, transient=True, disable=quiet))
    failed = [(who, why) for who, why in made if why]
    for who, why in failed:
        line = _("no page: {student}: {reason}").format(student=who, reason=why)
        out.print(one_line(line), soft_wrap=True)
    text = _("feedback pages: {count}, in {folder}")
    folder = chosen.root / "feedback"
    out.print(text.format(count=len(made) - len(failed), folder=folder), soft_wrap=True)
    if failed:
        raise typer.Exit(NOT_GRADED)


@app.command("class")
def class_(
    lab: AssignmentName,
    course: CourseName = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Write the class page of a lab (or of each lab of an assignment) and its tables: who needs
    help, and which misconceptions occur."""
    from grader.nbgrader.folders import labs_of
    from grader.reports.class_writer import write_class

    out, chosen = Console(), load_course(course)
    for slug in labs_of(chosen, lab):
        register, files = write_class(chosen, slug, lab)
        needy = sum(bool(row.needs) for row in register.rows)
        text = _(
            "trainees: {count}, graded: {graded}, waiting for a person: {waiting}, "
            "need a look: {needy}"
        )
        line = text.format(
            count=len(register.rows),
            graded=len(register.graded),
            waiting=register.waiting,
            needy=needy,
        )
        out.print(line, highlight=False)
        for file in files:
            out.print(Text(str(file)), soft_wrap=True)
        if open_:
            show_page(out, files[0])


@app.command()
def replay(
    student: Annotated[str, typer.Argument(help="The trainee's id.")],
    lab: LabName,
    course: CourseName = None,
    number: Annotated[
        int | None,
        typer.Option("--try", min=1, help="The submission, from 1; else the one that counts."),
    ] = None,
    assignment: Annotated[str, typer.Option(help="The assignment, if a lab is in several.")] = "",
    item: Annotated[str, typer.Option(help="Only the episodes of this item.")] = "",
    vcd: Annotated[
        Path | None, typer.Option(help="Write the trace that decided the item here.")
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Run a graded submission again with its seeds, and show how its mark came about."""
    from grader.archive.replay_report import print_replay
    from grader.archive.store import Store

    out, store = Console(), Store(load_course(course).store)
    file, same = print_replay(
        out, store, lab, student, number, assignment=assignment, item=item, vcd=vcd
    )
    if open_:
        show_page(out, file)
    if not same:
        raise typer.Exit(1)


@lab_app.command("new")
def lab_new(
    slug: Annotated[str, typer.Argument(help="The new lab's folder name, for example door_bell.")],
    like: Annotated[str, typer.Option(help="The lab to copy.")] = "blinker",
    id_: Annotated[
        str, typer.Option("--id", help="What the program prints after READY; else the name.")
    ] = "",
) -> None:
    """Make the folder of a new lab: a complete copy of another lab, to be adapted file by file."""
    from grader.authoring.new_lab import new_lab, next_steps

    out = Console(soft_wrap=True, highlight=False)
    for line in next_steps(new_lab(slug, like=like, id=id_)):
        out.print(Text(line))


@lab_app.command("check")
def lab_check(
    labs: Annotated[list[str] | None, typer.Argument(help="The labs; else all of them.")] = None,
    pairs: Annotated[int, typer.Option(min=1, help="Random pairs of secret and trainee.")] = 10,
    first: Annotated[
        int, typer.Option(min=0, help="The first pair, to go on with an interrupted check.")
    ] = 0,
    mutant: Annotated[
        str, typer.Option(help="Only this mutant (or reference), with what was measured.")
    ] = "",
    item: Annotated[str, typer.Option(help="Only this item of it.")] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Again whenever a file of the lab is saved.")
    ] = False,
) -> None:
    """Check a lab before it is released: its texts in both languages, circuits and release, and
    that reference and mutants get the marks in expected.toml with hidden seeds, and that no cheat
    earns more than expected.toml allows."""
    from grader.authoring.lab_report import check_and_print, program_and_print, watch_and_print
    from grader.lab.lab import LABS, find, slugs
    from grader.notebook.lab_changes import remember_check

    out = Console(soft_wrap=not mutant)
    if item and not mutant:
        mutant = "reference"

    def look(slug: str) -> bool:
        lab = find(slug)
        if mutant:
            return program_and_print(out, lab, mutant, item, pairs, first)
        is_well = check_and_print(out, lab, pairs, first)
        if is_well:
            remember_check(lab)
        return is_well

    chosen = labs or slugs()
    if watch:
        watch_and_print(out, [LABS / slug for slug in chosen], look)
    elif not all([look(slug) for slug in chosen]):
        raise typer.Exit(1)


@lab_app.command("attack")
def lab_attack(
    lab: LabName,
    board: Annotated[str, typer.Option(help="Only this board of the lab.")] = "",
    seeds: Annotated[int, typer.Option(min=1, help="Hidden seeds for each cheat.")] = 3,
) -> None:
    """Run generic cheats against a lab, and show the points and the items that each earns."""
    from grader.authoring.lab_report import attack_and_print
    from grader.lab.lab import find

    chosen = find(lab)
    boards = [chosen.board(board).type.name] if board else list(chosen.boards)
    if not attack_and_print(Console(), chosen, boards, seeds):
        raise typer.Exit(1)


@lab_app.command("open")
def lab_open(
    course: CourseName = None,
    port: Annotated[int, typer.Option(help="JupyterLab's TCP port.")] = 8888,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Open JupyterLab on the trainee's course, which is built if it does not exist yet."""
    from grader.notebook import jupyter
    from grader.notebook.course_build import build_course

    chosen = load_course(course)
    if not chosen.trainee.is_dir():
        build_course(chosen, Console(soft_wrap=True).print)
    command = jupyter.command(chosen.trainee, port=port, browser=browser)
    # The server replaces this process: who ends the one ends the other.
    os.execve(command[0], command, jupyter.environment())
