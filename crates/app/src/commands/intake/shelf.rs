//! Which workbooks were looked at last? Their sheets as read, so that a correction does not read the whole file again.
//!
//! Never the truth: an upload is in the database, and what is not on the shelf is read anew.
//! Never hands out sheets by itself: whoever asks has shown that the upload is theirs.

use std::sync::{Arc, Mutex};

use kernel::grid::Grid;

use super::UploadId;

/// Cells on the shelf, together: some hundred megabytes.
const MOST_CELLS: usize = 2_000_000;
/// Workbooks on the shelf.
const MOST: usize = 8;
/// How long a workbook lies there untouched, in milliseconds.
const LONGEST_MS: i64 = 20 * 60_000;

static SHELF: Mutex<Shelf> = Mutex::new(Shelf { books: Vec::new() });

/// The workbooks, the one looked at last behind all others.
struct Shelf {
    books: Vec<Book>,
}

struct Book {
    upload: UploadId,
    at: i64,
    cells: usize,
    grids: Arc<Vec<Grid>>,
}

impl Shelf {
    fn find(&mut self, upload: UploadId, now: i64) -> Option<Arc<Vec<Grid>>> {
        self.books.retain(|book| book.at > now - LONGEST_MS);
        let at = self.books.iter().position(|book| book.upload == upload)?;
        let mut book = self.books.remove(at);
        book.at = now;
        let grids = Arc::clone(&book.grids);
        self.books.push(book);
        Some(grids)
    }

    fn put(&mut self, upload: UploadId, now: i64, grids: Arc<Vec<Grid>>) {
        let cells = grids.iter().flat_map(|grid| &grid.rows).map(Vec::len).sum();
        self.books.retain(|book| book.upload != upload && book.at > now - LONGEST_MS);
        if cells > MOST_CELLS {
            return;
        }
        self.books.push(Book { upload, at: now, cells, grids });
        while self.books.len() > MOST || self.books.iter().map(|book| book.cells).sum::<usize>() > MOST_CELLS {
            self.books.remove(0);
        }
    }

    fn take_away(&mut self, upload: UploadId) {
        self.books.retain(|book| book.upload != upload);
    }
}

/// The sheets of an upload, if they lie there.
pub(super) fn find(upload: UploadId, now: i64) -> Option<Arc<Vec<Grid>>> {
    SHELF.lock().ok()?.find(upload, now)
}

/// Lays the sheets of an upload there; what was looked at longest ago makes room.
pub(super) fn put(upload: UploadId, now: i64, grids: Arc<Vec<Grid>>) {
    if let Ok(mut shelf) = SHELF.lock() {
        shelf.put(upload, now, grids);
    }
}

/// Takes an upload away.
pub(super) fn take_away(upload: UploadId) {
    if let Ok(mut shelf) = SHELF.lock() {
        shelf.take_away(upload);
    }
}

#[cfg(test)]
mod tests {
    use kernel::grid::Cell;
    use uuid::Uuid;

    use super::*;

    fn id(at: u128) -> UploadId {
        UploadId(Uuid::from_u128(at))
    }

    fn book(cells: usize) -> Arc<Vec<Grid>> {
        Arc::new(vec![Grid { rows: vec![vec![Cell::Empty; cells]], ..Grid::default() }])
    }

    #[test]
    fn what_was_looked_at_longest_ago_makes_room() {
        let mut shelf = Shelf { books: Vec::new() };
        shelf.put(id(1), 0, book(MOST_CELLS / 2));
        shelf.put(id(2), 1, book(MOST_CELLS / 4));
        assert!(shelf.find(id(1), 2).is_some());
        shelf.put(id(3), 3, book(MOST_CELLS / 2));
        assert!(shelf.find(id(2), 4).is_none());
        assert!(shelf.find(id(1), 4).is_some() && shelf.find(id(3), 4).is_some());
        shelf.put(id(4), 5, book(MOST_CELLS + 1));
        assert_eq!(shelf.books.len(), 2, "what has no room at all does not clear the shelf");
    }

    #[test]
    fn nothing_lies_there_for_long() {
        let mut shelf = Shelf { books: Vec::new() };
        shelf.put(id(1), 0, book(1));
        assert!(shelf.find(id(1), LONGEST_MS - 1).is_some());
        assert!(shelf.find(id(1), 2 * LONGEST_MS).is_none());
        shelf.put(id(2), 0, book(1));
        shelf.take_away(id(2));
        assert!(shelf.find(id(2), 0).is_none());
    }
}
