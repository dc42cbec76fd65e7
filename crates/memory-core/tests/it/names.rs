use crate::kind;
use memory_core::ErrorKind::Misuse;
use memory_core::testing::{nasty_name, nasty_text, text_of};
use memory_core::{
    Domain, EpisodeId, ExternalId, Metadata, Namespace, PatternId, RelationshipKind, Tag, TaskType,
};
use proptest::prelude::*;

#[test]
fn f65_names_refuse_control_characters() {
    for control in [
        "\0", "\t", "\n", "\r", "\u{1b}", "\u{7f}", "\u{85}", "\u{9f}",
    ] {
        let text = format!("a{control}b");
        assert_eq!(kind(Namespace::new(text.clone())), Some(Misuse), "{text:?}");
        assert_eq!(
            kind(ExternalId::new(text.clone())),
            Some(Misuse),
            "{text:?}"
        );
        assert_eq!(kind(TaskType::new(text.clone())), Some(Misuse), "{text:?}");
        assert_eq!(kind(Domain::new(text.clone())), Some(Misuse), "{text:?}");
        assert_eq!(kind(Tag::new(&text)), Some(Misuse), "{text:?}");
    }
}

#[test]
fn f65_metadata_refuses_nul_and_keeps_the_rest() {
    assert_eq!(kind(Metadata::new().with("a\0", "")), Some(Misuse));
    assert_eq!(kind(Metadata::new().with("a", "\0")), Some(Misuse));
    let kept = Metadata::new()
        .with("\u{feff}\n\t", "\u{1b}\u{202e}")
        .unwrap();
    assert_eq!(kept.get("\u{feff}\n\t"), Some("\u{1b}\u{202e}"));
}

#[test]
fn f65_two_spellings_of_one_letter_are_two_names() {
    assert_ne!(
        Namespace::new("\u{e9}").unwrap(),
        Namespace::new("e\u{301}").unwrap()
    );
    assert_ne!(Tag::new("\u{c9}").unwrap(), Tag::new("E\u{301}").unwrap());
    assert_eq!(Tag::new("\u{c9}").unwrap(), Tag::new("\u{e9}").unwrap());
}

proptest! {
    #[test]
    fn f65_a_name_is_kept_byte_for_byte(text in nasty_name(128)) {
        let name = Namespace::new(text.clone()).unwrap();
        prop_assert_eq!(name.as_str(), &text);
        prop_assert_eq!(name.to_string(), text.clone());
        prop_assert_eq!(text.parse::<Namespace>().unwrap(), name);
    }

    #[test]
    fn the_generators_keep_their_lengths(max in 0..300_usize, exact in 1..300_usize) {
        for text in memory_core::testing::samples(&nasty_text(max), 20) {
            prop_assert!(text.len() <= max);
        }
        for text in memory_core::testing::samples(&text_of(exact), 20) {
            prop_assert_eq!(text.len(), exact);
        }
    }

    #[test]
    fn an_id_returns_from_its_text(bytes: [u8; 16]) {
        let (episode, pattern) = (EpisodeId::from_bytes(bytes), PatternId::from_bytes(bytes));
        prop_assert_eq!(episode.to_string().parse::<EpisodeId>().unwrap(), episode);
        prop_assert_eq!(pattern.to_string().parse::<PatternId>().unwrap(), pattern);
        prop_assert_eq!(*episode.as_bytes(), bytes);
    }

    #[test]
    fn ids_sort_as_their_bytes_do(a: [u8; 16], b: [u8; 16]) {
        prop_assert_eq!(EpisodeId::from_bytes(a).cmp(&EpisodeId::from_bytes(b)), a.cmp(&b));
    }
}

#[test]
fn the_generators_make_what_they_promise() {
    let texts = memory_core::testing::samples(&nasty_text(40), 2_000);
    for part in [
        "\0",
        "'",
        "%",
        "$.a.b",
        "\u{feff}",
        "\u{202e}",
        "\u{301}",
        "\u{1f980}",
    ] {
        assert!(texts.iter().any(|text| text.contains(part)), "{part:?}");
    }
    for len in [0, 1, 40] {
        assert!(texts.iter().any(|text| text.len() == len), "{len}");
    }
}

#[test]
fn ids_made_later_sort_later() {
    let ids: Vec<EpisodeId> = (0..100).map(|_| EpisodeId::new()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    assert_eq!(kind("not an id".parse::<EpisodeId>()), Some(Misuse));
}

#[test]
fn a_kind_of_relationship_returns_from_its_name() {
    for kind in RelationshipKind::ALL {
        assert_eq!(kind.name().parse::<RelationshipKind>().unwrap(), kind);
        assert_eq!(
            kind.name()
                .to_lowercase()
                .parse::<RelationshipKind>()
                .unwrap(),
            kind
        );
        let json = serde_json::to_string(&kind).unwrap();
        assert_eq!(json, format!("\"{}\"", kind.name()));
        assert!(!kind.inverse_name().is_empty());
    }
    assert_eq!(kind("follows it".parse::<RelationshipKind>()), Some(Misuse));
    assert!(RelationshipKind::ALL.is_sorted());
}
