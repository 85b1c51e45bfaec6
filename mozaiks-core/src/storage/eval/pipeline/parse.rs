//! Compiling a pipeline.

use bson::{Bson, Document};

use crate::storage::StorageError;

use super::{
    super::{
        filter::Filter, kind, number::whole, path::Path, projection::Projection, sort::Sort,
        value::check_nesting,
    },
    Stage,
    group::Group,
    unwind::Unwind,
};

/// The most stages of a pipeline, as in MongoDB.
const MAX_STAGES: usize = 1000;

pub(super) fn pipeline(stages: &[Document]) -> Result<Vec<Stage>, StorageError> {
    if stages.len() > MAX_STAGES {
        return Err(StorageError::invalid(format!(
            "a pipeline has at most {MAX_STAGES} stages, not {}",
            stages.len()
        )));
    }
    stages.iter().map(stage).collect()
}

fn stage(stage: &Document) -> Result<Stage, StorageError> {
    // Everything below may now walk the stage by recursion.
    check_nesting(stage, "pipeline")?;
    let mut fields = stage.iter();
    let (Some((name, operand)), None) = (fields.next(), fields.next()) else {
        return Err(StorageError::invalid(format!(
            "a stage of a pipeline has one field, its name such as `$match`; this one has {}",
            stage.len()
        )));
    };
    Ok(match name.as_str() {
        "$match" => {
            let source = document(name, operand)?.clone();
            Stage::Match { filter: Filter::parse(&source)?, source }
        }
        "$sort" => {
            let source = document(name, operand)?.clone();
            if source.is_empty() {
                return Err(StorageError::invalid("$sort expects at least one field"));
            }
            Stage::Sort { sort: Sort::parse(&source)?, source }
        }
        "$skip" => Stage::Skip(amount(name, operand, 0)?),
        "$limit" => Stage::Limit(amount(name, operand, 1)?),
        "$project" => Stage::Project(Projection::parse_stage(document(name, operand)?)?),
        "$group" => Stage::Group(Group::parse(document(name, operand)?)?),
        "$unwind" => Stage::Unwind(Unwind::parse(operand)?),
        "$count" => Stage::Count(count(operand)?),
        name => return Err(StorageError::unsupported(format!("the stage {name}"))),
    })
}

fn document<'o>(name: &str, operand: &'o Bson) -> Result<&'o Document, StorageError> {
    operand.as_document().ok_or_else(|| {
        StorageError::invalid(format!("{name} expects a document, not {}", kind::name(operand)))
    })
}

fn amount(name: &str, operand: &Bson, least: u64) -> Result<u64, StorageError> {
    let amount = whole(operand).and_then(|amount| u64::try_from(amount).ok());
    amount.filter(|amount| *amount >= least).ok_or_else(|| {
        StorageError::invalid(format!("{name} expects a whole number of {least} or more, not {operand}"))
    })
}

fn count(operand: &Bson) -> Result<String, StorageError> {
    let Bson::String(name) = operand else {
        return Err(StorageError::invalid(format!(
            "$count expects the name of a field, not {}",
            kind::name(operand)
        )));
    };
    if name == "_id" {
        return Err(StorageError::invalid("$count has no place in `_id`; give it another name"));
    }
    check_name("$count", name)?;
    Ok(name.clone())
}

/// Refuses what is no name of a field that a stage makes: one with a dot or with a `$` in front.
pub(super) fn check_name(stage: &str, name: &str) -> Result<(), StorageError> {
    if name.contains('.') {
        return Err(StorageError::invalid(format!(
            "the field `{name}` that {stage} makes has a dot in its name"
        )));
    }
    Path::parse(name).map(|_| ())
}
