//! Which rows of a long table stand in the page: those near the view, in blocks. Where others are left out there is a gap
//! as high as they were.

/// So many rows come and go together.
pub(super) const BLOCK: usize = 25;

/// A table of so many blocks stands in the page whole.
const WHOLE: usize = 8;

/// How far from the view rows are made ahead, in views.
const AHEAD: f64 = 1.5;

/// How far from the view they are left out, in views.
const BEHIND: f64 = 2.5;

/// A piece of the body of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Piece {
    /// A block by its number, and how many rows it has.
    Rows(usize, usize),
    /// In place of this block and those after it, up to the next piece.
    Gap(usize),
}

/// What a browser sees of the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Sight {
    /// The blocks in the page with their heights.
    pub(super) heights: Vec<(usize, f64)>,
    /// One of them, and how far below the top of the view it starts.
    pub(super) anchor: (usize, f64),
    /// The width of the table.
    pub(super) width: f64,
    /// The height of the view.
    pub(super) view: f64,
    /// The block that has the focus.
    pub(super) focus: Option<usize>,
}

/// What follows from it.
#[derive(Debug, PartialEq)]
pub(super) struct Outlook {
    /// The blocks that stand in the page now, in their order.
    pub(super) shown: Vec<usize>,
    /// Whether some are better made in the next frame.
    pub(super) more: bool,
    /// How far below the view the last row ends.
    pub(super) left: f64,
}

/// How high the blocks are, as far as they were in the page at this width.
#[derive(Debug, Default)]
pub(super) struct Heights {
    known: Vec<Option<f64>>,
    width: f64,
}

/// The pieces of a table of so many rows, of which some blocks are shown.
pub(super) fn pieces(rows: usize, shown: &[usize]) -> Vec<Piece> {
    let blocks = rows.div_ceil(BLOCK);
    let (mut pieces, mut next) = (Vec::new(), 0);
    for block in shown.iter().copied().filter(|block| *block < blocks) {
        if block > next {
            pieces.push(Piece::Gap(next));
        }
        pieces.push(Piece::Rows(block, BLOCK.min(rows - block * BLOCK)));
        next = block + 1;
    }
    if next < blocks {
        pieces.push(Piece::Gap(next));
    }
    pieces
}

impl Heights {
    /// Keeps what the browser measured; what was measured at another width is worth nothing.
    pub(super) fn learn(&mut self, sight: &Sight) {
        if (self.width - sight.width).abs() > 0.5 {
            *self = Self { known: Vec::new(), width: sight.width };
        }
        for (block, height) in &sight.heights {
            if self.known.len() <= *block {
                self.known.resize(*block + 1, None);
            }
            self.known[*block] = Some(*height);
        }
    }

    /// How high the blocks of a range are together; one that was never in the page is as high as most.
    pub(super) fn of(&self, range: std::ops::Range<usize>) -> f64 {
        let usual = self.usual();
        range.map(|block| self.of_one(block, usual)).sum()
    }

    /// What stands in the page when this is in sight: the view and something around it, `open`, and the focus with its
    /// neighbours. Of what is out of view, one block in each direction is made in a frame.
    pub(super) fn outlook(&self, blocks: usize, shown: &[usize], open: Option<usize>, sight: &Sight) -> Outlook {
        let usual = self.usual();
        let (anchor, below) = sight.anchor;
        let mut bottom = below - self.of(0..anchor);
        let (mut kept, mut above, mut under, mut wanted) = (Vec::new(), None, None, 0);
        for block in 0..blocks {
            let top = bottom;
            bottom += self.of_one(block, usual);
            let within = |views: f64| bottom > -views * sight.view && top < (1.0 + views) * sight.view;
            let is_held = open == Some(block) || sight.focus.is_some_and(|focus| focus.abs_diff(block) <= 1);
            let is_shown = shown.binary_search(&block).is_ok();
            if blocks <= WHOLE || is_held || within(0.0) || (is_shown && within(BEHIND)) {
                kept.push(block);
            } else if within(AHEAD) {
                wanted += 1;
                if bottom <= 0.0 {
                    above = Some(block);
                } else {
                    under = under.or(Some(block));
                }
            }
        }
        let made: Vec<usize> = above.into_iter().chain(under).collect();
        let more = wanted > made.len();
        kept.extend(made);
        kept.sort_unstable();
        Outlook { shown: kept, more, left: bottom - sight.view }
    }

    fn of_one(&self, block: usize, usual: f64) -> f64 {
        self.known.get(block).copied().flatten().unwrap_or(usual)
    }

    /// The median of what is known: one open cell makes one block higher than all others.
    fn usual(&self) -> f64 {
        let mut known: Vec<f64> = self.known.iter().copied().flatten().collect();
        known.sort_unstable_by(f64::total_cmp);
        known.get(known.len() / 2).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 1000 px, the first rows of `shown` in sight, `scrolled` px into the table.
    fn look(blocks: usize, shown: &[usize], scrolled: f64, open: Option<usize>, focus: Option<usize>) -> Outlook {
        let heights = shown.iter().map(|block| (*block, 1000.0)).collect();
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let anchor = (shown[0], shown[0] as f64 * 1000.0 - scrolled);
        let sight = Sight { heights, anchor, width: 800.0, view: 800.0, focus };
        let mut known = Heights::default();
        known.learn(&sight);
        known.outlook(blocks, shown, open, &sight)
    }

    #[test]
    fn a_short_table_is_whole() {
        assert_eq!(look(8, &[0], 0.0, None, None).shown, [0, 1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn rows_come_one_block_at_a_time_and_go_when_they_are_far() {
        let start = look(100, &[0, 1, 2, 3], 0.0, None, None);
        assert_eq!(start, Outlook { shown: vec![0, 1, 2], more: false, left: 99_200.0 });
        let on = look(100, &[0, 1, 2], 2900.0, None, None);
        assert_eq!((on.shown, on.more), (vec![0, 1, 2, 3, 4], false));
        let back = look(100, &[7, 8, 9], 7000.0, None, None);
        assert_eq!((back.shown, back.more), (vec![6, 7, 8, 9], true));
    }

    #[test]
    fn whoever_jumps_sees_rows_at_once() {
        let jumped = look(100, &[0, 1], 50_500.0, None, None);
        assert_eq!((jumped.shown, jumped.more), (vec![49, 50, 51, 52], false));
    }

    #[test]
    fn the_open_cell_and_the_focus_stay_in_the_page() {
        let far = look(100, &[50], 50_100.0, Some(3), Some(20));
        assert!([3, 19, 20, 21, 50].iter().all(|block| far.shown.contains(block)), "{far:?}");
        assert!(!far.shown.contains(&4));
    }

    #[test]
    fn gaps_stand_for_what_is_left_out() {
        use Piece::{Gap, Rows};
        assert_eq!(pieces(30, &[0, 1]), [Rows(0, 25), Rows(1, 5)]);
        assert_eq!(pieces(200, &[1, 2, 5]), [Gap(0), Rows(1, 25), Rows(2, 25), Gap(3), Rows(5, 25), Gap(6)]);
        assert_eq!(pieces(0, &[]), []);
        assert_eq!(pieces(20, &[0, 4]), [Rows(0, 20)]);
    }

    #[test]
    fn another_width_makes_every_measure_void() {
        let mut heights = Heights::default();
        let sight = |width, height| Sight { heights: vec![(0, height)], width, ..Sight::default() };
        heights.learn(&sight(800.0, 1000.0));
        assert!((heights.of(0..3) - 3000.0).abs() < 1e-9);
        heights.learn(&Sight { heights: vec![(1, 1040.0)], ..sight(800.0, 0.0) });
        assert!((heights.of(0..2) - 2040.0).abs() < 1e-9);
        heights.learn(&sight(400.0, 4000.0));
        assert!((heights.of(0..2) - 8000.0).abs() < 1e-9);
    }
}
