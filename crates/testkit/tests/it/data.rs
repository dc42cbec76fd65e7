use serde_json::Value;
use testkit::{DataSet, ErrorKind, TempDb};

#[test]
fn the_real_data_is_what_it_says() {
    let Some(data) = DataSet::find("the_real_data_is_what_it_says") else {
        return;
    };
    let files = data.files().unwrap();
    let expected = data.expected().unwrap();
    for name in expected.keys().filter(|name| data.file(name).exists()) {
        assert!(files.contains(&data.file(name)));
    }
    let episodes = |name: &str| expected[name]["episodes"].as_u64().unwrap();
    let named = files
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap());
    let total: u64 = named
        .map(|name| episodes(name.trim_end_matches(".jsonl.gz")))
        .sum();
    assert_eq!(total, 12_357);
}

#[test]
fn a_folder_without_expectations_is_no_data() {
    let temp = TempDb::new().unwrap();
    let folder = temp.path().parent().unwrap();
    assert!(DataSet::at(folder).is_none());
    std::fs::write(temp.beside("expected.json"), "{\"a\": 1}").unwrap();
    let data = DataSet::at(folder).unwrap();
    assert_eq!(data.expected().unwrap()["a"], Value::from(1));
    assert_eq!(data.files().unwrap_err().kind(), ErrorKind::Data);
}

#[test]
fn broken_expectations_are_an_error() {
    let temp = TempDb::new().unwrap();
    std::fs::write(temp.beside("expected.json"), "[1, 2").unwrap();
    let data = DataSet::at(temp.path().parent().unwrap()).unwrap();
    assert_eq!(data.expected().unwrap_err().kind(), ErrorKind::Data);
}
