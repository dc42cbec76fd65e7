//! Stored text on a terminal. What an agent stored may hold escape sequences,
//! which must not reach the terminal of whoever reads it.

/// The text on one line of at most `width` characters.
pub(crate) fn one_line(text: &str, width: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = String::new();
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * width {
            break;
        }
    }
    cut(line, width)
}

fn cut(line: String, width: usize) -> String {
    match line.char_indices().nth(width) {
        None => line,
        Some(_) => line
            .chars()
            .take(width.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}

/// The text with its line breaks, each line after the first indented by
/// `indent` spaces; other control characters are shown as their escapes.
pub(crate) fn block(text: &str, indent: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim_end().chars() {
        match c {
            '\n' => {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent));
            }
            '\t' => out.push('\t'),
            c if c.is_control() => out.extend(c.escape_debug()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_has_no_control_characters_and_fits() {
        assert_eq!(one_line("a\n  b\tc", 80), "a b c");
        assert_eq!(one_line("red \x1b[31m text", 80), "red [31m text");
        assert_eq!(one_line("abcdef", 4), "abc…");
        assert_eq!(one_line("ääää", 4), "ääää");
        assert_eq!(one_line(&"x".repeat(100_000), 10).chars().count(), 10);
    }

    #[test]
    fn a_block_keeps_lines_and_shows_escapes() {
        assert_eq!(block("a\nb\n", 2), "a\n  b");
        assert_eq!(block("\x1b[2J\0", 0), "\\u{1b}[2J\\0");
    }
}
