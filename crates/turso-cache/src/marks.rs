use crate::cell::Word;

/// What one stamp said when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) cell: u32,
    pub(crate) word: Word,
}

/// What all stamps said on which a value depends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Marks(Box<[Mark]>);

impl Marks {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Mark> {
        self.0.iter()
    }

    /// These and those.
    pub(crate) fn and(&self, others: &Self) -> Self {
        self.iter().chain(others.iter()).copied().collect()
    }

    /// In bytes, on the heap.
    pub(crate) fn size(&self) -> usize {
        std::mem::size_of_val(&*self.0)
    }

    /// True when no write was under way.
    pub(crate) fn are_quiet(&self) -> bool {
        self.iter().all(|mark| mark.word.is_quiet())
    }
}

impl FromIterator<Mark> for Marks {
    fn from_iter<I: IntoIterator<Item = Mark>>(marks: I) -> Self {
        Self(marks.into_iter().collect())
    }
}
