use super::episode_v1::{borrowed, owned};
use bincode::{BorrowDecode, Encode};
use memory_core::{Lesson, PatternDraft, Ratio, Result};

/// The part of a pattern that is not queried. Frozen.
#[derive(Encode, BorrowDecode)]
pub(crate) struct PatternV1<'a> {
    lesson: LessonV1<'a>,
    confidence: f64,
    occurrences: u64,
    successes: u64,
    effectiveness: f64,
}

#[derive(Encode, BorrowDecode)]
enum LessonV1<'a> {
    ToolSequence {
        tools: Vec<&'a str>,
    },
    DecisionPoint {
        condition: &'a str,
        action: &'a str,
        alternatives: Vec<&'a str>,
    },
    ErrorRecovery {
        error: &'a str,
        recovery: Vec<&'a str>,
    },
    ContextPattern {
        features: Vec<&'a str>,
        approach: &'a str,
    },
}

impl<'a> PatternV1<'a> {
    /// The payload of `pattern`, borrowing its texts.
    pub(crate) fn of(pattern: &'a PatternDraft) -> Self {
        Self {
            lesson: LessonV1::of(&pattern.lesson),
            confidence: pattern.confidence.get(),
            occurrences: pattern.occurrences,
            successes: pattern.successes,
            effectiveness: pattern.effectiveness.get(),
        }
    }

    /// Writes what is stored here, but for the lesson, into `draft`.
    pub(crate) fn restore(&self, draft: &mut PatternDraft) -> Result<()> {
        draft.confidence = Ratio::new(self.confidence)?;
        draft.occurrences = self.occurrences;
        draft.successes = self.successes;
        draft.effectiveness = Ratio::new(self.effectiveness)?;
        Ok(())
    }

    /// The lesson stored here.
    pub(crate) fn into_lesson(self) -> Lesson {
        self.lesson.restore()
    }
}

impl<'a> LessonV1<'a> {
    fn of(lesson: &'a Lesson) -> Self {
        match lesson {
            Lesson::ToolSequence { tools } => Self::ToolSequence {
                tools: borrowed(tools),
            },
            Lesson::DecisionPoint {
                condition,
                action,
                alternatives,
            } => Self::DecisionPoint {
                condition,
                action,
                alternatives: borrowed(alternatives),
            },
            Lesson::ErrorRecovery { error, recovery } => Self::ErrorRecovery {
                error,
                recovery: borrowed(recovery),
            },
            Lesson::ContextPattern { features, approach } => Self::ContextPattern {
                features: borrowed(features),
                approach,
            },
        }
    }

    fn restore(self) -> Lesson {
        match self {
            Self::ToolSequence { tools } => Lesson::ToolSequence {
                tools: owned(tools),
            },
            Self::DecisionPoint {
                condition,
                action,
                alternatives,
            } => Lesson::DecisionPoint {
                condition: condition.to_owned(),
                action: action.to_owned(),
                alternatives: owned(alternatives),
            },
            Self::ErrorRecovery { error, recovery } => Lesson::ErrorRecovery {
                error: error.to_owned(),
                recovery: owned(recovery),
            },
            Self::ContextPattern { features, approach } => Lesson::ContextPattern {
                features: owned(features),
                approach: approach.to_owned(),
            },
        }
    }
}
