use proptest::prelude::*;

/// What trips code that splices, folds, trims, counts or compares carelessly.
const FRAGMENTS: &[&str] = &[
    "x",
    "0",
    " ",
    "'",
    "\"",
    "`",
    "\\",
    "%",
    "_",
    "*",
    "?1",
    ":a",
    "$.a.b",
    "[0]",
    "a.b",
    "{}",
    "--",
    ";",
    "/*",
    "NULL",
    "' OR 1=1 --",
    // One letter in two spellings, and its accent alone.
    "\u{e9}",
    "e\u{301}",
    "\u{301}",
    // Letters whose case is more than one letter.
    "\u{df}",
    "\u{130}",
    "\u{1c5}",
    // Byte order mark, direction override, joiner, replacement, the last character.
    "\u{feff}",
    "\u{202e}",
    "\u{200d}",
    "\u{fffd}",
    "\u{10ffff}",
    "\u{1f980}",
    "\u{1f469}\u{200d}\u{1f4bb}",
];

/// Control characters, which names refuse and free text keeps.
const CONTROLS: &[&str] = &[
    "\0",
    "\u{1}",
    "\t",
    "\n",
    "\r\n",
    "\u{1b}[0m",
    "\u{7f}",
    "\u{85}",
];

/// Free text of 0 to `max` bytes with everything in it that a careless backend would
/// change: NUL, quotes, wildcards, JSON paths, control and combining characters, emoji.
/// The lengths 0, 1 and `max` are likely; for `max` + 1 see [`text_of`].
pub fn nasty_text(max: usize) -> BoxedStrategy<String> {
    text(max, fragment(true))
}

/// Text of 1 to `max` bytes as names allow it: [`nasty_text`] without control characters.
pub fn nasty_name(max: usize) -> BoxedStrategy<String> {
    text(max, fragment(false))
        .prop_map(|name| if name.is_empty() { "x".into() } else { name })
        .boxed()
}

/// Text of exactly `bytes` bytes as names allow it.
pub fn text_of(bytes: usize) -> BoxedStrategy<String> {
    fragment(false)
        .prop_map(move |part| fill(&part, bytes))
        .boxed()
}

fn fragment(controls: bool) -> BoxedStrategy<String> {
    let printable = any::<char>().prop_filter("a control character", |c| !c.is_control());
    let mut pool = FRAGMENTS.to_vec();
    if controls {
        pool.extend(CONTROLS);
    }
    prop_oneof![
        5 => prop::sample::select(pool).prop_map(str::to_owned),
        1 => printable.prop_map(String::from),
    ]
    .boxed()
}

fn text(max: usize, fragment: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let joined = prop::collection::vec(fragment.clone(), 0..10);
    prop_oneof![
        1 => Just(String::new()),
        1 => fragment.clone().prop_map(move |part| cut(&part, max.min(1))),
        10 => joined.prop_map(move |parts| cut(&parts.concat(), max)),
        1 => fragment.prop_map(move |part| fill(&part, max)),
    ]
    .boxed()
}

/// The text, or as much of it as fits into `max` bytes.
fn cut(text: &str, max: usize) -> String {
    text[..text.floor_char_boundary(max)].to_owned()
}

/// `part` again and again, and a letter where it no longer fits.
fn fill(part: &str, bytes: usize) -> String {
    let mut text = cut(&part.repeat(bytes / part.len() + 1), bytes);
    text.extend(std::iter::repeat_n('x', bytes - text.len()));
    text
}
