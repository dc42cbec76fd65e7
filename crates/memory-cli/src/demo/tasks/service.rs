use super::{Kind, call};

pub(super) const SUPPORT: Kind = Kind {
    task_type: "support",
    domain: "airline",
    language: None,
    framework: None,
    tags: &["customer", "booking"],
    descriptions: &[
        ("Move a booking ", " to a flight that arrives before noon"),
        (
            "The flight ",
            " was cancelled: find the customer another one",
        ),
    ],
    subjects: &[
        "from Lisbon to Oslo",
        "from Delhi to Leeds",
        "from Osaka to Lima",
    ],
    calls: &[
        call(
            "get_booking",
            "{\"booking_id\": \"XEWRD9\"}",
            "Whose booking is it, and what may be changed?",
            "economy, 1 passenger, 2 certificates",
            "booking not found",
        ),
        call(
            "search_flights",
            "{\"before\": \"12:00\"}",
            "One stop is fine, two are not.",
            "3 flights found",
            "0 flights found",
        ),
        call(
            "update_booking",
            "{\"flight\": \"HAT083\"}",
            "The customer said yes to the price.",
            "booking updated",
            "payment refused: the certificate is used up",
        ),
    ],
    verdict: "booked, and the customer confirmed it",
    artifact: "booking/XEWRD9",
    reason: "the fare rules do not allow it; handed to a person",
    reflection: "Ask for the budget before searching, not after.",
};

pub(super) const RESEARCH: Kind = Kind {
    task_type: "research",
    domain: "questions",
    language: None,
    framework: None,
    tags: &["web", "question"],
    descriptions: &[
        ("Who first described ", " in print?"),
        ("In which year was ", " first described, and by whom?"),
    ],
    subjects: &[
        "the B-tree",
        "the Bloom filter",
        "write-ahead logging",
        "the skip list",
    ],
    calls: &[
        call(
            "search",
            "first description, original paper",
            "Begin with the name and the word paper.",
            "8 results",
            "0 results",
        ),
        call(
            "open_page",
            "https://…/history",
            "The second result is a survey.",
            "12,440 characters of text",
            "403 Forbidden",
        ),
        call(
            "quote",
            "find the year",
            "Only a quotation counts as an answer.",
            "found in the second paragraph",
            "the page does not say",
        ),
    ],
    verdict: "answered, with a quotation",
    artifact: "notes/answer.md",
    reason: "two sources disagree, and neither quotes a third",
    reflection: "Open the survey before the blog posts.",
};
