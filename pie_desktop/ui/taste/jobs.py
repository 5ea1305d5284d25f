"""Jobs of the taste finder. One after the other in one lane: a session is not for two threads at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pie_desktop.engine.taste import Asked, State, TasteSession
from pie_desktop.model.choices import Answer
from pie_desktop.model.taste import Question
from pie_desktop.styles.store import StyleLibrary
from pie_desktop.styles.style import Style
from pie_desktop.workers.job import JobContext


@dataclass(frozen=True)
class Shown:
    """What the dialog shows next."""

    asked: Asked
    state: State


def open_session(context: JobContext, session: TasteSession, photos: Sequence[Path], side: int) -> Shown:
    session.open(photos, context.progress, context.should_cancel)
    return Shown(session.ask(side), session.state())


def answer(context: JobContext, session: TasteSession, question: Question, given: Answer, side: int) -> Shown:
    session.answer(question, given)
    return Shown(session.ask(side), session.state())


def undo(context: JobContext, session: TasteSession, side: int) -> Shown:
    session.undo()
    return Shown(session.ask(side), session.state())


def begin_anew(context: JobContext, session: TasteSession, side: int) -> Shown:
    session.forget()
    return Shown(session.ask(side), session.state())


def save(context: JobContext, session: TasteSession, library: StyleLibrary, name: str) -> Style:
    return session.save(library, name, context.progress, context.should_cancel)
