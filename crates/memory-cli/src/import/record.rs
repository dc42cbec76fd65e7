use super::attempt::Attempt;
use super::bad::Bad;
use super::edge::{Edge, End};
use super::lines::{LINE_BYTES_MAX, Line};
use super::origin::Origin;
use crate::call::Call;
use crate::output;
use memory_storage_turso::{
    Episode, EpisodeRelationship, Namespace, Pattern, RelationshipKind, RelationshipMetadata,
    Timestamp,
};
use serde::Deserialize;
use std::borrow::Cow;

/// What one line holds, checked.
#[derive(Debug)]
pub(crate) enum Record {
    /// An attempt from a trajectory file, with its relations.
    Attempt(Box<Episode>, Vec<Edge>),
    /// A line of an export.
    Episode(Box<Episode>),
    Pattern(Box<Pattern>),
    Relationship(Box<Edge>),
}

/// A line of an export.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
#[serde(deny_unknown_fields)]
enum Exported {
    Episode(Box<Episode>),
    Pattern(Box<Pattern>),
    Relationship(Box<EpisodeRelationship>),
}

/// What tells the two formats apart.
#[derive(Deserialize)]
struct Probe<'a> {
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
}

/// How lines are read: into which namespace, and as of when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    /// Instead of the one that each line names.
    pub(crate) namespace: Option<&'a Namespace>,
    pub(crate) now: Timestamp,
}

impl<'a> Reading<'a> {
    pub(crate) fn of(call: &'a Call, now: Timestamp) -> Self {
        let namespace = call.namespace.as_ref();
        Self { namespace, now }
    }

    /// Understands and checks a line.
    pub(crate) fn record(self, line: &Line<'_>, origin: &Origin) -> Result<Record, Bad> {
        let Some(text) = line.text else {
            let max = output::bytes(LINE_BYTES_MAX as u64);
            return Err(Bad(format!("the line is longer than {max}")));
        };
        if serde_json::from_slice::<Probe>(text)?.kind.is_none() {
            return self.attempt(serde_json::from_slice(text)?, origin);
        }
        match serde_json::from_slice(text)? {
            Exported::Episode(episode) => Ok(Record::Episode(self.episode(episode)?)),
            Exported::Pattern(pattern) => Ok(Record::Pattern(self.pattern(pattern)?)),
            Exported::Relationship(relationship) => Ok(Record::Relationship(
                self.relationship(&relationship, origin),
            )),
        }
    }

    fn attempt(self, mut attempt: Attempt, origin: &Origin) -> Result<Record, Bad> {
        let namespace = self.namespace.cloned().unwrap_or_default();
        let from = attempt.external_id.clone();
        let mut edges = Vec::new();
        for relation in std::mem::take(&mut attempt.relations) {
            if relation.to == from {
                return Err(Bad("an episode cannot be related to itself".to_owned()));
            }
            let (from, to) = (End::External(from.clone()), End::External(relation.to));
            edges.push(self.edge(origin, &namespace, relation.kind, from, to));
        }
        let episode = attempt.into_draft(namespace, self.now)?.finish()?;
        Ok(Record::Attempt(Box::new(episode), edges))
    }

    fn edge(
        self,
        origin: &Origin,
        namespace: &Namespace,
        kind: RelationshipKind,
        from: End,
        to: End,
    ) -> Edge {
        Edge {
            origin: origin.clone(),
            namespace: namespace.clone(),
            kind,
            from,
            to,
            metadata: RelationshipMetadata::default(),
            created_at: self.now,
        }
    }

    fn episode(self, episode: Box<Episode>) -> Result<Box<Episode>, Bad> {
        let Some(namespace) = self.namespace else {
            return Ok(episode);
        };
        let mut draft = episode.into_draft();
        draft.namespace = namespace.clone();
        Ok(Box::new(draft.finish()?))
    }

    fn pattern(self, pattern: Box<Pattern>) -> Result<Box<Pattern>, Bad> {
        let Some(namespace) = self.namespace else {
            return Ok(pattern);
        };
        let mut draft = pattern.into_draft();
        draft.namespace = namespace.clone();
        Ok(Box::new(draft.finish()?))
    }

    fn relationship(self, relationship: &EpisodeRelationship, origin: &Origin) -> Box<Edge> {
        let mut edge = Edge::of(relationship, origin.clone());
        if let Some(namespace) = self.namespace {
            edge.namespace = namespace.clone();
        }
        Box::new(edge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_storage_turso::{OutcomeKind, StepStatus};

    fn read(text: &str) -> Result<Record, Bad> {
        let reading = Reading {
            namespace: None,
            now: Timestamp::from_micros(7).unwrap(),
        };
        let origin = Origin {
            file: "f".into(),
            line: 1,
        };
        let text = Some(text.as_bytes());
        reading.record(&Line { number: 1, text }, &origin)
    }

    fn attempt(text: &str) -> (Box<Episode>, Vec<Edge>) {
        match read(text).unwrap() {
            Record::Attempt(episode, edges) => (episode, edges),
            other => panic!("{other:?}"),
        }
    }

    fn complaint(text: &str) -> String {
        read(text).unwrap_err().into_text()
    }

    #[test]
    fn an_attempt_becomes_an_episode() {
        let (episode, edges) = attempt(
            r#"{"source":"tau-bench","external_id":"t/1","task_key":"t","task":"Fly","domain":"airline",
            "agent":"gpt-4o","trial":3,"steps":[{"tool":"  think","action":null,"args":[1],
            "thought":"hm","observation":"a\u0000b","success":false,"reward":1}],"outcome":"partial",
            "reward":0.5,"reflection":["r"],"tags":[" Air "],"relations":[{"type":"Follows","to":"t/0"}]}"#,
        );
        assert_eq!(episode.task_type.as_str(), "tau-bench");
        assert_eq!(episode.context.domain.as_str(), "airline");
        assert_eq!(episode.outcome_kind(), OutcomeKind::Partial);
        let step = &episode.steps[0];
        assert_eq!(step.tool.as_deref(), Some("  think"));
        assert_eq!(step.observation_text(), Some("a\0b"));
        assert_eq!(step.status, Some(StepStatus::Error));
        let metadata: Vec<_> = episode.metadata.iter().collect();
        let expected = [
            ("agent", "gpt-4o"),
            ("source", "tau-bench"),
            ("task_key", "t"),
            ("trial", "3"),
        ];
        assert_eq!(metadata, expected);
        assert_eq!(edges.len(), 1);
    }

    #[test]
    fn only_the_key_and_the_task_are_needed() {
        let (episode, edges) = attempt(r#"{"external_id":"x","task":"","steps":null}"#);
        assert_eq!(episode.task_type.as_str(), "general");
        assert_eq!(episode.outcome_kind(), OutcomeKind::Running);
        assert!(episode.steps.is_empty() && edges.is_empty());
    }

    #[test]
    fn bad_lines_say_what_is_bad_and_where() {
        assert_eq!(
            complaint(r#"{"external_id":"x"}"#),
            "missing field `task` at column 19"
        );
        assert!(complaint("{").starts_with("EOF while parsing an object at column"));
        assert!(complaint(r#"{"external_id":"x","task":"","model":1}"#).contains("`model`"));
        assert!(complaint(r#"{"kind":"episodes","value":{}}"#).contains("unknown variant"));
        assert!(complaint("[]").contains("at column"));
        assert!(complaint(r#"{"external_id":"","task":""}"#).contains("external id is empty"));
    }

    #[test]
    fn an_attempt_cannot_follow_itself() {
        let line = r#"{"external_id":"x","task":"","relations":[{"type":"RelatedTo","to":"x"}]}"#;
        assert_eq!(complaint(line), "an episode cannot be related to itself");
    }
}
