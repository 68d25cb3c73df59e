//! Files that are handed in first and sent later, by the id they got.

use super::super::server::forms::File;
use super::params::Given;
use super::state::{Refusal, State};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MB: usize = 1024 * 1024;

#[derive(Default)]
pub struct Uploads {
    pub images: Shelf,
    pub files: Shelf,
}

/// Uploads of one kind by their id. None stands for one that lay there for more than seven days.
#[derive(Default)]
pub struct Shelf(BTreeMap<String, Option<File>>);

impl Shelf {
    pub fn get(&self, id: &str) -> Result<File, Refusal> {
        match self.0.get(id) {
            Some(Some(file)) => Ok(file.clone()),
            Some(None) => Err(Refusal::because(-100, "the attachment has expired")),
            None => Err(Refusal::field(format!("no upload has the id {id:?}"))),
        }
    }

    pub fn expire(&mut self) {
        self.0.values_mut().for_each(|file| *file = None);
    }

    fn put(&mut self, id: &str, file: File) {
        self.0.insert(id.to_owned(), Some(file));
    }
}

impl State {
    pub fn take_file(&mut self, given: &Given) -> Result<Value, Refusal> {
        let file = checked(given, &["pdf", "doc", "docx", "csv"], 5 * MB)?;
        let token = self.fresh_id();
        self.uploads.files.put(&token, file);
        Ok(json!({"token": token}))
    }

    pub fn take_image(&mut self, given: &Given) -> Result<Value, Refusal> {
        let image = checked(given, &["jpg", "jpeg", "png"], MB)?;
        let attachment_id = self.fresh_id();
        self.uploads.images.put(&attachment_id, image);
        Ok(json!({"attachment_id": attachment_id}))
    }
}

fn checked(given: &Given, kinds: &[&str], most: usize) -> Result<File, Refusal> {
    let file = given
        .file
        .clone()
        .ok_or_else(|| Refusal::field("the file is missing"))?;
    let kind = file.name.rsplit_once('.').map_or("", |(_, kind)| kind);
    if !kinds.contains(&kind.to_ascii_lowercase().as_str()) {
        return Err(Refusal::field(format!(
            "{:?} is none of {kinds:?}",
            file.name
        )));
    }
    if file.bytes.is_empty() {
        return Err(Refusal::field("the file is empty"));
    }
    if file.bytes.len() > most {
        let why = format!("{} bytes are more than {most}", file.bytes.len());
        return Err(Refusal::violation(-210, why));
    }
    Ok(file)
}
