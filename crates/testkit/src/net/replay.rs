use std::sync::{Mutex, PoisonError};

use super::{Message, Transcript, decode};

/// Finds the recorded answer to a request.
#[derive(Debug)]
pub(crate) struct Replay {
    records: Vec<Record>,
    /// How often each was used.
    used: Mutex<Vec<u32>>,
}

#[derive(Debug)]
struct Record {
    meaning: Meaning,
    transcript: Transcript,
}

/// What makes two requests the same.
#[derive(Debug, PartialEq)]
enum Meaning {
    Pipeline(decode::Pipeline),
    Other(String, String, Vec<u8>),
}

impl Replay {
    pub(crate) fn new(transcripts: Vec<Transcript>) -> Self {
        let used = Mutex::new(vec![0; transcripts.len()]);
        let record = |transcript: Transcript| Record {
            meaning: meaning(&transcript.request),
            transcript,
        };
        let records = transcripts.into_iter().map(record).collect();
        Self { records, used }
    }

    pub(crate) fn answer(&self, request: &Message) -> Message {
        let Some(transcript) = self.find(&meaning(request)) else {
            let what = format!("not recorded: {} {}", request.method(), request.path());
            return Message::response(404, what);
        };
        if is_protobuf(request) {
            transcript
                .response_protobuf()
                .unwrap_or_else(|e| Message::response(500, format!("{}: {e}", transcript.name)))
        } else {
            transcript.response.clone()
        }
    }

    /// The first that means this and was not used, else the last that does.
    fn find(&self, meaning: &Meaning) -> Option<&Transcript> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        for (record, used) in self.records.iter().zip(used.iter_mut()) {
            if record.meaning == *meaning {
                found = Some(&record.transcript);
                if *used == 0 {
                    *used += 1;
                    break;
                }
            }
        }
        found
    }
}

fn is_protobuf(request: &Message) -> bool {
    request.path() == "/v3-protobuf/pipeline"
}

fn meaning(request: &Message) -> Meaning {
    let body = request.body();
    let pipeline = match request.path() {
        "/v3/pipeline" => decode::decode_pipeline_request_json(&body),
        "/v3-protobuf/pipeline" => decode::decode_pipeline_request_protobuf(&body),
        _ => return other(request, body),
    };
    pipeline.map_or_else(|_| other(request, body), Meaning::Pipeline)
}

fn other(request: &Message, body: Vec<u8>) -> Meaning {
    Meaning::Other(request.method().into(), request.path().into(), body)
}
