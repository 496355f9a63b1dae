//! Plain columns, and counts drawn as a line of blocks.

use textwrap::core::display_width;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Rows whose cells stand below each other, two blanks between them; the first row is the heading.
/// Cells of the last column may be of any length.
pub(crate) fn columns(sides: &[Side], rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| display_width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..sides.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(sides).zip(&widths).map(|((cell, side), width)| {
            let blanks = " ".repeat(width.saturating_sub(display_width(cell)));
            match side {
                Side::Left => format!("{cell}{blanks}"),
                Side::Right => format!("{blanks}{cell}"),
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const DIGITS: [char; 8] = ['0', '1', '2', '3', '4', '5', '6', '7'];

/// Numbers as a line of blocks, the highest as a full one if it is at least `full`, and only nothing
/// as the lowest; as digits from 0 to 7 where there are no blocks. Of more than 60 numbers neighbours
/// share a block, which is as high as they are on average.
pub(crate) fn sparkline(numbers: &[f64], full: f64, is_ascii: bool) -> String {
    const MOST: usize = 60;
    let together = numbers.len().div_ceil(MOST).max(1);
    let average = |some: &[f64]| some.iter().sum::<f64>() / some.len() as f64;
    let numbers: Vec<f64> = numbers.chunks(together).map(average).collect();
    let highest = numbers.iter().copied().fold(full, f64::max);
    let signs = if is_ascii { DIGITS } else { BLOCKS };
    let sign = |number: &f64| match number {
        number if *number > 0.0 => signs[((7.0 * number / highest).ceil() as usize).clamp(1, 7)],
        _ => signs[0],
    };
    numbers.iter().map(sign).collect()
}

/// The day of a moment in RFC 3339; what no calendar has is shown as it is.
pub(crate) fn day_of(time: &str) -> &str {
    time.split_once('T').map_or(time, |(day, _)| day)
}

/// `12%` of a share from 0 to 1.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}%", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_blocks_shows_what_there_is() {
        assert_eq!(sparkline(&[0.0, 1.0, 50.0, 100.0], 0.0, false), "▁▂▅█");
        assert_eq!(sparkline(&[0.0, 1.0, 50.0, 100.0], 0.0, true), "0147");
        assert_eq!(sparkline(&[0.0; 3], 0.0, false), "▁▁▁");
        assert_eq!(sparkline(&[0.0, 1.0], 4.0, false), "▁▃");
    }

    #[test]
    fn a_day_is_that_of_the_calendar_or_what_there_is() {
        assert_eq!(day_of("2026-03-01T10:00:00+01:00"), "2026-03-01");
        assert_eq!(day_of("@10413792000 -9959"), "@10413792000 -9959");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let rows = [vec!["件".into(), "x".into()], vec!["abc".into(), "y".into()]];
        assert_eq!(columns(&[Side::Right, Side::Left], &rows), [" 件  x", "abc  y"]);
    }
}
