//! Lists in pages; without `limit` a list is whole, as in keyway-router.

use serde::Deserialize;
use utoipa::IntoParams;

use super::error::{ApiError, BadField};

const LONGEST_PAGE: usize = 1000;

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// At most this many, 1 to 1000; without it all.
    limit: Option<usize>,
    /// Goes on after a page: its `next_cursor`.
    cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// How many there are in all.
    pub(super) total: u64,
    /// Where the next page begins; none on the last.
    pub(super) next_cursor: Option<String>,
}

impl PageQuery {
    /// The part of a list that is asked for; `id` tells its entries apart.
    pub(super) fn cut<T>(
        self,
        mut all: Vec<T>,
        id: impl Fn(&T) -> &str,
    ) -> Result<Page<T>, ApiError> {
        let limit = self.limit.unwrap_or(usize::MAX);
        if limit == 0 || (limit > LONGEST_PAGE && self.limit.is_some()) {
            return Err(BadField::shape("limit", "must be 1 to 1000").into());
        }
        let total = all.len() as u64;
        if let Some(cursor) = self.cursor {
            let last = all.iter().position(|one| id(one) == cursor);
            let last = last.ok_or_else(|| {
                BadField::value("cursor", "is of an entry that is gone: start over")
            })?;
            all.drain(..=last);
        }
        let has_more = all.len() > limit;
        all.truncate(limit);
        let next_cursor = all
            .last()
            .filter(|_| has_more)
            .map(|one| id(one).to_owned());
        Ok(Page {
            items: all,
            total,
            next_cursor,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(
        limit: Option<usize>,
        cursor: Option<&str>,
    ) -> Result<(String, Option<String>), ApiError> {
        let query = PageQuery {
            limit,
            cursor: cursor.map(str::to_owned),
        };
        let page = query.cut(vec!["a", "b", "c"], |one| one)?;
        assert_eq!(page.total, 3);
        Ok((page.items.concat(), page.next_cursor))
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        assert_eq!(page(None, None).unwrap(), ("abc".to_owned(), None));
        assert_eq!(
            page(Some(2), None).unwrap(),
            ("ab".to_owned(), Some("b".to_owned()))
        );
        assert_eq!(page(Some(2), Some("b")).unwrap(), ("c".to_owned(), None));
        assert_eq!(page(Some(3), None).unwrap(), ("abc".to_owned(), None));
    }

    #[test]
    fn impossible_pages_are_refused() {
        assert!(page(Some(0), None).is_err());
        assert!(page(Some(1001), None).is_err());
        assert!(page(None, Some("z")).is_err());
    }
}
