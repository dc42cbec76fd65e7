//! `docs/configuration.md` says of every command what its `--help` says.

use super::Cli;
use clap::builder::PossibleValue;
use clap::{Arg, Command, CommandFactory as _};
use std::fmt::Write as _;

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

/// A row for each option and argument of `command` itself, and of its subcommands.
fn rows(command: &Command, path: &str, rows: &mut Vec<String>) {
    let own = command.get_arguments();
    let own = own.filter(|arg| !arg.is_global_set() || path == "every command");
    for arg in own.filter(|arg| !["help", "version"].contains(&arg.get_id().as_str())) {
        rows.push(format!("| {path} | `{}` | {} |", name(arg), meaning(arg)));
    }
    for subcommand in command.get_subcommands() {
        let path = match path {
            "every command" => format!("`{}`", subcommand.get_name()),
            path => format!("`{} {}`", path.trim_matches('`'), subcommand.get_name()),
        };
        if subcommand.get_name() != "help" {
            self::rows(subcommand, &path, rows);
        }
    }
}

/// How it is written, with its value if it takes one.
fn name(arg: &Arg) -> String {
    let values = arg.get_value_names().unwrap_or_default().join(" ");
    let value = if arg.get_action().takes_values() {
        values
    } else {
        String::new()
    };
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short},"));
    let parts = [short, long, Some(value)].into_iter().flatten();
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ").replace('|', "\\|")
}

/// Its help, with its possible values and its default.
fn meaning(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values = arg.get_possible_values();
    if arg.get_action().takes_values() && !values.is_empty() {
        let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
        write!(text, ": `{}`", values.join("`, `")).unwrap();
    }
    if let Some(variable) = arg.get_env() {
        write!(text, " [env: {}]", variable.to_str().unwrap()).unwrap();
    }
    for default in arg.get_default_values() {
        if arg.get_action().takes_values() {
            write!(text, " [default: {}]", default.to_str().unwrap()).unwrap();
        }
    }
    text.replace('|', "\\|")
}

#[test]
fn every_option_of_every_command_is_in_the_document() {
    let mut command = Cli::command();
    command.build();
    let mut expected = Vec::new();
    rows(&command, "every command", &mut expected);
    let document = include_str!("../../../../docs/configuration.md");
    let (_, section) = document.split_once("## The command").unwrap();
    let found: Vec<&str> = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .collect();
    let expected = expected.join("\n");
    assert_eq!(
        found.get(1..).unwrap().join("\n"),
        expected,
        "it must be:\n{expected}"
    );
}
