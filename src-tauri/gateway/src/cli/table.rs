//! Rows in aligned columns, as wide as what stands in them.

/// Between two columns.
const GAP: &str = "   ";

/// A table with a head.
#[derive(Debug)]
pub(super) struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns. Those whose name begins with a space are aligned to the right.
    pub(super) fn new(head: &[&'static str]) -> Self {
        Self {
            head: head.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows
            .push(cells.into_iter().map(|cell| one_line(&cell)).collect());
    }

    /// Whether there is nothing below the head.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Its lines, the head first.
    pub(super) fn lines(&self) -> Vec<String> {
        let head: Vec<String> = self
            .head
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let widths: Vec<usize> = (0..head.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells
                    .chain([&head[column]])
                    .map(|cell| width(cell))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let all = std::iter::once(&head).chain(&self.rows);
        all.map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let aligned: Vec<String> = cells
            .iter()
            .zip(widths)
            .zip(&self.head)
            .map(|((cell, wide), name)| {
                let room = " ".repeat(wide - width(cell));
                if name.starts_with(' ') {
                    room + cell
                } else {
                    cell.clone() + &room
                }
            })
            .collect();
        aligned.join(GAP).trim_end().to_owned()
    }
}

/// What came from elsewhere must not move the cursor or break the row.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The columns a text takes in a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// East Asian characters and emoji take two columns, combining marks none.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_numbers_stand_to_the_right() {
        let mut table = Table::new(&["NAME", " TOKENS", "NOTE"]);
        table.row(["ci".to_owned(), "7".to_owned(), String::new()]);
        table.row(["laptop".to_owned(), "12000".to_owned(), "mine".to_owned()]);
        let wanted = [
            "NAME     TOKENS   NOTE",
            "ci            7",
            "laptop    12000   mine",
        ];
        assert_eq!(table.lines(), wanted);
    }

    #[test]
    fn wide_characters_keep_the_columns_straight() {
        let mut table = Table::new(&["NAME", "ROUTE"]);
        table.row(["钥匙".to_owned(), "a".to_owned()]);
        table.row(["key".to_owned(), "b".to_owned()]);
        assert_eq!(table.lines(), ["NAME   ROUTE", "钥匙   a", "key    b"]);
    }

    #[test]
    fn control_characters_cannot_break_a_row() {
        let mut table = Table::new(&["NAME"]);
        table.row(["a\n\u{1b}[31mb".to_owned()]);
        assert_eq!(table.lines(), ["NAME", "a  [31mb"]);
    }
}
