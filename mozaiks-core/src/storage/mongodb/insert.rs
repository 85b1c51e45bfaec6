//! Adding documents.

use bson::{Bson, RawDocumentBuf, doc};
use mongodb::error::Error;

use super::documents::to_server;
use super::error::{Refusal, storage_error};
use super::scope::Scope;
use crate::storage::{DocumentId, NewDocument, StorageError, StorageScope};

/// Adds documents in order, and takes them back if one of them cannot be added.
pub(super) async fn insert(scope: &Scope<'_>, documents: Vec<NewDocument>) -> Result<(), StorageError> {
    let mut forms: Vec<_> = documents.iter().map(|document| scope.ids.preferred(&document.id)).collect();
    let prepare = |document: &NewDocument, form: &Bson| {
        to_server(&scope.fields(&document.id, form.clone()), &document.document)
    };
    let mut prepared = documents
        .iter()
        .zip(&forms)
        .map(|(document, form)| prepare(document, form))
        .collect::<Result<Vec<_>, _>>()?;
    // The server keeps apart what has the same `_id` there. An id that was chosen may be in the scope in another form.
    let chosen: Vec<_> = documents.iter().filter(|new| !new.generated).map(|new| new.id.clone()).collect();
    if !chosen.is_empty() && own(scope, &chosen).await? {
        return Err(StorageError::conflict("_id"));
    }
    let mut done = 0;
    while let Err(error) = send(scope, prepared.get(done..).unwrap_or_default()).await {
        let refusal = Refusal::of(&error);
        let at = done + refusal.as_ref().map_or(0, |refusal| refusal.position);
        let taken = refusal.as_ref().is_some_and(Refusal::is_duplicate_id);
        let known = refusal.is_some();
        let mut error = storage_error(error);
        if let (true, Some(document), Some(form)) = (taken, documents.get(at), forms.get_mut(at))
            && *form == Bson::from(document.id.clone())
        {
            match own(scope, std::slice::from_ref(&document.id)).await {
                // It is somebody else's, who has it in the form in which everybody prefers it.
                Ok(false) => {
                    *form = scope.ids.scoped(&document.id);
                    if let Some(prepared) = prepared.get_mut(at) {
                        *prepared = prepare(document, form)?;
                    }
                    done = at;
                    continue;
                }
                Ok(true) => {}
                Err(failed) => error = failed,
            }
        }
        let added = documents.iter().zip(&forms).enumerate().filter(|(place, (document, _))| {
            // What was refused was not added, nor what comes after it. Of a lost connection nothing is known: what has an
            // id that was chosen may be there because somebody else has added it since.
            if known { *place < at } else { document.generated }
        });
        take_back(scope, added.map(|(_, (_, form))| form.clone()).collect()).await;
        return Err(error);
    }
    Ok(())
}

/// As [`insert`], but although nobody may wait for it any more: what it has added by then would stay.
pub(super) async fn to_its_end(scope: &Scope<'_>, documents: Vec<NewDocument>) -> Result<(), StorageError> {
    let StorageScope { app_id, user_id, plugin, collection, .. } = scope.at;
    let [app_id, user_id, plugin, collection] = [app_id, user_id, plugin, collection].map(str::to_owned);
    let (sharing, on_server, unmarked) = (scope.at.sharing, scope.collection.clone(), scope.unmarked);
    let call = async move {
        let (app_id, user_id) = (&*app_id, &*user_id);
        let at = StorageScope { app_id, user_id, plugin: &plugin, collection: &collection, sharing };
        insert(&Scope::new(at, on_server, unmarked), documents).await
    };
    tokio::spawn(call).await.map_err(|error| StorageError::Backend { source: error.into() })?
}

/// Whether the scope has a document of one of these ids.
pub(super) async fn own(scope: &Scope<'_>, ids: &[DocumentId]) -> Result<bool, StorageError> {
    let mut filter = scope.whole();
    filter.insert("_id", scope.any_form(ids));
    let found = scope.collection.find_one(filter).projection(doc! { "_id": 1 }).await;
    Ok(found.map_err(storage_error)?.is_some())
}

async fn send(scope: &Scope<'_>, documents: &[RawDocumentBuf]) -> Result<(), Error> {
    match documents {
        [] => Ok(()),
        [document] => scope.collection.insert_one(document).await.map(|_| ()),
        documents => scope.collection.insert_many(documents).ordered(true).await.map(|_| ()),
    }
}

/// Removes what this call has added. It is all that can be done without a transaction: a process that ends in between
/// leaves it.
async fn take_back(scope: &Scope<'_>, forms: Vec<Bson>) {
    if forms.is_empty() {
        return;
    }
    let StorageScope { app_id, user_id, .. } = scope.at;
    let filter = doc! { "_id": { "$in": forms }, "app_id": app_id, "user_id": user_id };
    if let Err(error) = scope.collection.delete_many(filter).await {
        tracing::warn!(
            error = &storage_error(error) as &dyn std::error::Error,
            collection = scope.collection.name(),
            "some documents of an insertion that failed may have stayed"
        );
    }
}
