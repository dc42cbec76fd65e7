use memory_core::{EpisodeDraft, ErrorKind, Lesson, PatternDraft, Result, TaskType, Timestamp};

/// Runs a future to its end; those of the reference are ready at once.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

pub(crate) fn time(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

pub(crate) fn draft() -> EpisodeDraft {
    EpisodeDraft::new(TaskType::new("t").unwrap(), "", time(0))
}

pub(crate) fn pattern_draft() -> PatternDraft {
    PatternDraft::new(Lesson::ToolSequence { tools: Vec::new() }, time(0))
}

/// The kind of the error, none when there is none.
pub(crate) fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}
