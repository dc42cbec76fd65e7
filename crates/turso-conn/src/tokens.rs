//! SQL's tokens, as far as [`crate::sql`] must tell them apart.

/// One token, as coarse as can be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Word(&'a str),
    Semicolon,
    Open,
    Close,
    Other,
}

impl Token<'_> {
    /// Whether it is this word, in any case.
    pub(crate) fn is(&self, keyword: &str) -> bool {
        matches!(self, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is one of these words, in any case.
    pub(crate) fn is_one_of(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }
}

/// The tokens of a text, without blanks and comments.
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(sql: &'a str) -> Self {
        Self { rest: sql }
    }

    /// Takes `len` bytes; all of the rest when there are fewer.
    fn take(&mut self, len: usize) -> &'a str {
        let (token, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        token
    }

    fn skip_blank(&mut self) {
        loop {
            let start = self.rest;
            self.rest = start.trim_start_matches([' ', '\t', '\n', '\r', '\x0c', '\u{feff}']);
            if self.rest.starts_with("--") {
                self.take(self.rest.find('\n').map_or(self.rest.len(), |at| at + 1));
            } else if self.rest.starts_with("/*") {
                let end = self.rest.get(2..).and_then(|rest| rest.find("*/"));
                self.take(end.map_or(self.rest.len(), |at| at + 4));
            }
            if self.rest.len() == start.len() {
                return;
            }
        }
    }

    /// A quoted token ends at the next closing quote. A doubled quote inside
    /// looks like two tokens, which is the same for counting.
    fn quoted(&mut self, close: char) -> Token<'a> {
        let end = self.rest.get(1..).and_then(|rest| rest.find(close));
        self.take(end.map_or(self.rest.len(), |at| at + 2));
        Token::Other
    }

    fn word(&mut self) -> Token<'a> {
        let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
        let end = self.rest.find(|c| !inside(c)).unwrap_or(self.rest.len());
        Token::Word(self.take(end))
    }

    fn single(&mut self, c: char, token: Token<'a>) -> Token<'a> {
        self.take(c.len_utf8());
        token
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let first = self.rest.chars().next()?;
        Some(match first {
            '\'' | '"' | '`' => self.quoted(first),
            '[' => self.quoted(']'),
            ';' => self.single(first, Token::Semicolon),
            '(' => self.single(first, Token::Open),
            ')' => self.single(first, Token::Close),
            c if c.is_alphabetic() || c == '_' || !c.is_ascii() => self.word(),
            c if c.is_ascii_digit() => {
                self.word();
                Token::Other
            }
            c => self.single(c, Token::Other),
        })
    }
}
