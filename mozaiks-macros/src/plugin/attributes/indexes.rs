//! The indexes of a plugin: `indexes(index(...), index(...))`.

use syn::{Expr, LitStr};

use super::parts::required;
use super::read::{Known, each, list};
use crate::plugin::model::Index;
use crate::support::Mistakes;
use crate::support::args::{self, Arg, ArgValue};

const FORM: &str = "indexes(index(collection = \"...\", keys = [\"...\"]))";
const FORM_OF_ONE: &str = "index(collection = \"...\", keys = [\"...\"])";

/// `indexes(index(collection = "items", keys = ["slug"], unique), ...)`.
pub(super) fn indexes(arg: Arg, mistakes: &mut Mistakes) -> syn::Result<Vec<Index>> {
    let known = Known { of: "`indexes`", names: &["index"], repeatable: &["index"] };
    let mut indexes = Vec::new();
    let args = args::parse(list(arg, FORM)?, mistakes);
    each(args, &known, mistakes, |_, arg, mistakes| {
        indexes.extend(index(arg, mistakes)?);
        Ok(())
    });
    Ok(indexes)
}

/// `index(collection = "items", keys = ["folder", "-changed_at"], name = "newest", unique, sparse, shared,
/// expire_after = "30d")`.
fn index(arg: Arg, mistakes: &mut Mistakes) -> syn::Result<Option<Index>> {
    let known = Known {
        of: "`index`",
        names: &["collection", "keys", "name", "shared", "unique", "sparse", "expire_after"],
        repeatable: &[],
    };
    let (mut collection, mut keys, mut keys_written, mut name) = (None, None, false, None);
    let (mut shared, mut unique, mut sparse, mut expire_after) = (None, None, None, None);
    let args = args::parse(list(arg.clone(), FORM_OF_ONE)?, mistakes);
    each(args, &known, mistakes, |key, arg, mistakes| {
        match key {
            "collection" => collection = Some(arg.string()?),
            "keys" => {
                keys_written = true;
                keys = fields(arg, mistakes)?;
            }
            "name" => name = Some(arg.string()?),
            "expire_after" => expire_after = Some(arg.string()?),
            flag => {
                let word = arg.name.clone();
                arg.flag()?;
                *match flag {
                    "shared" => &mut shared,
                    "unique" => &mut unique,
                    _ => &mut sparse,
                } = Some(word);
            }
        }
        Ok(())
    });
    let collection = required(collection, &arg, "collection", "items", mistakes);
    if !keys_written {
        mistakes.at(&arg.name, "`index` needs `keys`: write `keys = [\"slug\"]`");
    }
    let (Some(collection), Some(keys)) = (collection, keys) else { return Ok(None) };
    Ok(Some(Index { word: arg.name, collection, keys, name, shared, unique, sparse, expire_after }))
}

/// `["folder", "-changed_at"]`; none if it is empty.
fn fields(arg: Arg, mistakes: &mut Mistakes) -> syn::Result<Option<Vec<LitStr>>> {
    if let ArgValue::Expr(Expr::Array(array)) = &arg.value
        && array.elems.is_empty()
    {
        mistakes.at(array, "an index has one field at least: `keys = [\"slug\"]`");
        return Ok(None);
    }
    arg.strings().map(Some)
}
