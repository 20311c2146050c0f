//! How a text is cut for a search: into parts, and these into suffixes. A query is cut alike, so that what is looked
//! up holds everything that has the query in it, and more; the texts themselves decide.

use std::collections::BTreeSet;

use domain::search::fold;

/// Which way of cutting this is. Another number makes the tables anew.
pub(crate) const FORMAT: i64 = 1;

/// The longest part, in characters; what stands behind in the same run of letters and digits is not found by it.
const PART_MAX: usize = 256;
/// The longest suffix, in bytes.
const SUFFIX_MAX: usize = 32;

/// The runs of letters and digits of a text, folded.
pub(crate) fn parts(text: &str) -> BTreeSet<String> {
    parts_of_folded(&fold(text)).map(str::to_owned).collect()
}

/// The same of a text that is folded already, in its order.
pub(crate) fn parts_of_folded(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()).map(|run| {
        let end = run.char_indices().nth(PART_MAX).map_or(run.len(), |(end, _)| end);
        &run[..end]
    })
}

/// A part from each of its characters on.
pub(crate) fn suffixes(part: &str) -> impl Iterator<Item = &[u8]> {
    part.char_indices().map(|(start, _)| cut(&part.as_bytes()[start..]))
}

/// The suffix that is the part itself.
pub(crate) fn first_suffix(part: &str) -> &[u8] {
    cut(part.as_bytes())
}

fn cut(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(SUFFIX_MAX)]
}

/// The suffixes that start with a part lie from the first of these up to the second.
pub(crate) fn range(part: &str) -> (Vec<u8>, Vec<u8>) {
    let from = first_suffix(part).to_vec();
    // No text holds this byte.
    let to = [from.as_slice(), &[0xff]].concat();
    (from, to)
}

/// Where a text is met first when the suffixes of a range are walked through in their order: a text that is met again
/// was shown already.
pub(crate) fn first_met<'t>(folded: &'t str, from: &[u8], to: &[u8]) -> Option<(&'t [u8], &'t str)> {
    let all = parts_of_folded(folded).flat_map(|part| suffixes(part).map(move |suffix| (suffix, part)));
    all.filter(|(suffix, _)| *suffix >= from && *suffix < to).min()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_cut_at_what_is_neither_letter_nor_digit() {
        let cut: Vec<String> = parts("STRIPE_Key-2.é\nof é, 100%").into_iter().collect();
        assert_eq!(cut, ["100", "2", "key", "of", "stripe", "é"]);
        assert!(parts("%_-\"' \n").is_empty());
        assert_eq!(parts(&"x".repeat(300)).first().unwrap().len(), PART_MAX);
        assert_eq!(suffixes("key").collect::<Vec<_>>(), [b"key".as_slice(), b"ey", b"y"]);
    }

    proptest! {
        #[test]
        fn whatever_a_text_holds_is_within_its_range(text in "[a-zA-Z0-9_.é -]{1,40}", start in 0usize..40, len in 1usize..40) {
            let held: String = text.chars().skip(start).take(len).collect();
            for part in parts(&held) {
                let (from, to) = range(&part);
                let met = parts(&text).iter().any(|own| suffixes(own).any(|suffix| suffix >= &from[..] && suffix < &to[..]));
                prop_assert!(met, "{part:?} in {text:?}");
                prop_assert!(first_met(&fold(&text), &from, &to).is_some());
            }
        }
    }
}
