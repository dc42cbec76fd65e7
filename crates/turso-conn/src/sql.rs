//! Just enough of SQL's lexical grammar to know what a text contains.
//!
//! libsql runs the first statement of a text and silently ignores the rest, and
//! prepares an empty text without complaint. Its API tells neither, so the text
//! itself has to be looked at, once, when it is compiled.

use crate::tokens::{Token, Tokens};
use crate::{Error, ErrorKind, Result};

/// What the one statement of a text does, as far as this crate must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// INSERT, UPDATE, DELETE or REPLACE, also after WITH.
    Write,
    /// CREATE, DROP, ALTER, REINDEX or ANALYZE.
    Schema,
    /// BEGIN, COMMIT, END, ROLLBACK, SAVEPOINT or RELEASE.
    Transaction,
    /// A PRAGMA that sets something, ATTACH, DETACH, or the making of something
    /// temporary: it may change the connection itself.
    Settings,
    /// SELECT or VALUES, also after WITH.
    Read,
    /// Anything else, such as VACUUM and PRAGMAs that ask.
    Other,
}

/// What the text's only statement does.
///
/// # Errors
/// [`ErrorKind::Misuse`] when there is no statement or more than one.
pub(crate) fn only_statement(sql: &str) -> Result<Verb> {
    let mut scan = Scan::default();
    for token in Tokens::of(sql) {
        scan.see(&token)?;
    }
    match scan.verb()? {
        Verb::Settings if only_asks(sql) => Ok(Verb::Other),
        verb => Ok(verb),
    }
}

/// PRAGMAs that take an argument and change nothing of the connection.
const ASKING: [&str; 12] = [
    "table_info",
    "table_xinfo",
    "table_list",
    "index_info",
    "index_xinfo",
    "index_list",
    "foreign_key_list",
    "foreign_key_check",
    "integrity_check",
    "quick_check",
    "wal_checkpoint",
    "optimize",
];

/// PRAGMAs that set a number kept in the file, not in the connection.
const STORED: [&str; 2] = ["user_version", "application_id"];

fn only_asks(sql: &str) -> bool {
    let mut words = Tokens::of(sql).filter_map(|token| match token {
        Token::Word(word) => Some(word),
        _ => None,
    });
    let pragma = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("PRAGMA"));
    let name = if sql.contains('.') {
        words.nth(1)
    } else {
        words.next()
    };
    let known = |name: &str| {
        ASKING
            .iter()
            .chain(&STORED)
            .any(|n| n.eq_ignore_ascii_case(name))
    };
    pragma && (!sql.contains(['=', '(']) || name.is_some_and(known))
}

/// What was seen of the text so far.
#[derive(Default)]
struct Scan {
    words: usize,
    verb: Option<Verb>,
    depth: usize,
    with: bool,
    create: bool,
    trigger: Option<Trigger>,
    ended: bool,
}

/// A CREATE TRIGGER has semicolons inside; it ends at `; END ;`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trigger {
    Inside,
    AfterSemicolon,
    AfterEnd,
}

impl Scan {
    fn see(&mut self, token: &Token<'_>) -> Result<()> {
        if *token == Token::Semicolon {
            self.semicolon();
            return Ok(());
        }
        if self.ended {
            return Err(misuse("more than one statement in the SQL text"));
        }
        match token {
            Token::Open => self.depth += 1,
            Token::Close => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.follow_trigger(token);
        if self.verb.is_none() || self.with || self.create {
            self.look(token);
        }
        self.words += 1;
        Ok(())
    }

    fn semicolon(&mut self) {
        match &mut self.trigger {
            Some(state @ (Trigger::Inside | Trigger::AfterSemicolon)) => {
                *state = Trigger::AfterSemicolon;
            }
            _ => self.ended |= self.words > 0,
        }
    }

    fn follow_trigger(&mut self, token: &Token<'_>) {
        if let Some(state) = &mut self.trigger {
            let end = *state == Trigger::AfterSemicolon && token.is("END");
            *state = if end {
                Trigger::AfterEnd
            } else {
                Trigger::Inside
            };
        }
    }

    /// Decides on the first words; after WITH on the first verb outside parentheses.
    fn look(&mut self, token: &Token<'_>) {
        let first = self.verb.is_none() && !self.with && !self.create;
        if token.is_one_of(&["INSERT", "UPDATE", "DELETE", "REPLACE"]) {
            if first || (self.with && self.depth == 0) {
                self.decide(Verb::Write);
            }
        } else if self.create {
            self.look_behind_create(token);
        } else if !first {
            if self.depth == 0 && token.is_one_of(&["SELECT", "VALUES"]) {
                self.decide(Verb::Read);
            }
        } else if token.is("WITH") {
            self.with = true;
        } else if token.is("CREATE") {
            self.create = true;
        } else if !token.is("EXPLAIN") && !token.is_one_of(&["QUERY", "PLAN"]) {
            self.decide(first_word(token));
        }
    }

    fn look_behind_create(&mut self, token: &Token<'_>) {
        if token.is_one_of(&["TEMP", "TEMPORARY"]) {
            self.verb = Some(Verb::Settings);
        } else {
            self.create = false;
            self.verb = self.verb.or(Some(Verb::Schema));
            self.trigger = token.is("TRIGGER").then_some(Trigger::Inside);
        }
    }

    fn decide(&mut self, verb: Verb) {
        self.verb = Some(verb);
        self.with = false;
        self.create = false;
    }

    fn verb(self) -> Result<Verb> {
        if self.words == 0 {
            return Err(misuse("no statement in the SQL text"));
        }
        Ok(self.verb.unwrap_or(Verb::Other))
    }
}

fn first_word(token: &Token<'_>) -> Verb {
    let schema = ["DROP", "ALTER", "REINDEX", "ANALYZE"];
    let transaction = ["BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    if token.is_one_of(&transaction) {
        Verb::Transaction
    } else if token.is_one_of(&["PRAGMA", "ATTACH", "DETACH"]) {
        Verb::Settings
    } else if token.is_one_of(&["SELECT", "VALUES"]) {
        Verb::Read
    } else if token.is_one_of(&schema) {
        Verb::Schema
    } else {
        Verb::Other
    }
}

fn misuse(why: &'static str) -> Error {
    Error::new(ErrorKind::Misuse, why)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verb(sql: &str) -> Option<Verb> {
        only_statement(sql).ok()
    }

    #[test]
    fn an_empty_text_is_refused() {
        for sql in [
            "",
            "  \n",
            ";",
            ";;",
            "-- only a comment",
            "/* a */ ; -- b",
            "/* open",
        ] {
            assert_eq!(verb(sql), None, "{sql:?}");
        }
    }

    #[test]
    fn more_than_one_statement_is_refused() {
        for sql in [
            "SELECT 1; SELECT 2",
            "SELECT ';'; SELECT 2",
            "SELECT 1;-- x\nSELECT 2",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END; DROP TABLE a",
        ] {
            assert_eq!(verb(sql), None, "{sql:?}");
        }
    }

    #[test]
    fn one_statement_may_have_semicolons_in_quotes_comments_and_triggers() {
        for sql in [
            "SELECT 1;",
            "SELECT 1;;  -- done",
            "SELECT ';', \";\", `;`, [;] -- ;",
            "SELECT 'it''s; fine' /* ; */;",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT 1; END;",
            "create temp trigger t after insert on a begin select 1; end",
        ] {
            assert!(verb(sql).is_some(), "{sql:?}");
        }
    }

    #[test]
    fn the_verb_is_recognised() {
        let table = [
            ("select 1", Verb::Read),
            ("/* x */ Values (1)", Verb::Read),
            (
                "WITH a AS (SELECT 1) SELECT replace(x, 1, 2) FROM a",
                Verb::Read,
            ),
            ("INSERT INTO t VALUES (1)", Verb::Write),
            ("replace into t values (1)", Verb::Write),
            ("WITH a AS (SELECT 1) DELETE FROM t", Verb::Write),
            (
                "WITH a AS (VALUES (1)) INSERT INTO t SELECT * FROM a",
                Verb::Write,
            ),
            ("begin immediate", Verb::Transaction),
            ("END", Verb::Transaction),
            ("SAVEPOINT x", Verb::Transaction),
            ("PRAGMA foreign_keys = off", Verb::Settings),
            ("PRAGMA main.synchronous(0)", Verb::Settings),
            ("ATTACH 'x' AS y", Verb::Settings),
            ("CREATE TEMP TABLE x (a)", Verb::Settings),
            ("PRAGMA data_version", Verb::Other),
            ("PRAGMA table_info(notes)", Verb::Other),
            ("PRAGMA main.user_version = 3", Verb::Other),
            ("CREATE TABLE temp_x (a)", Verb::Schema),
            ("create index i on t (a)", Verb::Schema),
            ("ALTER TABLE t ADD COLUMN z", Verb::Schema),
            ("EXPLAIN QUERY PLAN SELECT 1", Verb::Read),
            ("VACUUM", Verb::Other),
        ];
        for (sql, expected) in table {
            assert_eq!(verb(sql), Some(expected), "{sql:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_ends_in_an_answer(sql in "[-;'\"`\\[\\]/*() a-zA-Z0-9\u{80}-\u{ff}]{0,60}") {
            let _ = only_statement(&sql);
        }

        #[test]
        fn a_second_statement_is_always_seen(a in "[a-z]{1,8}", b in "[a-z]{1,8}") {
            let text = format!("SELECT {a};{b}");
            prop_assert!(only_statement(&text).is_err());
        }
    }
}
