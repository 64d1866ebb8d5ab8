//! Colours, and how well one is read on another: relative luminance and contrast ratio as WCAG 2.2 defines them.

use std::fmt;

/// The contrast that a text needs (WCAG 2.2, 1.4.3), in hundredths.
pub(crate) const NEEDED: u32 = 450;

/// A colour: red, green and blue of sRGB. Shown as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// Reads `#rrggbb`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// From 0 (black) to 1 (white).
    fn luminance(self) -> f64 {
        let linear = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// The contrast of two colours, in hundredths from 100 to 2100, rounded down: what is shown never passes by rounding.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is at most 2100"
    )]
    pub(crate) fn contrast(self, other: Self) -> u32 {
        let (one, other) = (self.luminance(), other.luminance());
        let ratio = (one.max(other) + 0.05) / (one.min(other) + 0.05);
        // White on black is 21, whatever the last bit of a float says.
        (ratio * 100.0 + 1e-9) as u32
    }

    /// The nearest colour, darker or lighter, that is read on all of these, if there is one.
    pub(crate) fn readable_on(self, backgrounds: &[Self]) -> Option<Self> {
        let is_read = |colour: &Self| {
            backgrounds
                .iter()
                .all(|background| colour.contrast(*background) >= NEEDED)
        };
        (0..=255)
            .flat_map(|share| [self.towards(0, share), self.towards(255, share)])
            .find(is_read)
    }

    /// This colour with a share, in 255ths, of black (0) or white (255).
    fn towards(self, end: u8, share: u16) -> Self {
        Self(self.0.map(|part| {
            let mixed = (u16::from(part) * (255 - share) + u16::from(end) * share) / 255;
            u8::try_from(mixed).unwrap_or(end)
        }))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, NEEDED};

    const BLACK: Colour = Colour([0; 3]);
    const WHITE: Colour = Colour([255; 3]);

    fn colour(text: &str) -> Colour {
        Colour::parse(text).unwrap()
    }

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        assert_eq!(colour("#FBf7ee"), Colour([0xfb, 0xf7, 0xee]));
        assert_eq!(colour("#FBf7ee").to_string(), "#fbf7ee");
        for bad in [
            "", "#fff", "fbf7ee", "#fbf7e", "#fbf7eg", "#+bf7ee", "#fbf7ee0", "#éé1", "red",
        ] {
            assert_eq!(Colour::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrasts_are_those_that_wcag_is_known_by() {
        assert_eq!(BLACK.contrast(WHITE), 2100);
        assert_eq!(WHITE.contrast(WHITE), 100);
        // The greys on either side of the limit on white.
        assert_eq!(colour("#767676").contrast(WHITE), 454);
        assert_eq!(colour("#777777").contrast(WHITE), 447);
        // Each part weighs its own.
        assert_eq!(colour("#ff0000").contrast(WHITE), 399);
        assert_eq!(WHITE.contrast(colour("#00ff00")), 137);
        assert_eq!(colour("#0000ff").contrast(WHITE), 859);
    }

    #[test]
    fn a_readable_colour_is_near_the_one_that_is_not() {
        assert_eq!(colour("#777777").readable_on(&[WHITE]), Some(colour("#767676")));
        for (text, background) in [
            ("#00ff00", "#ffffff"),
            ("#222222", "#111111"),
            ("#777777", "#777777"),
        ] {
            let background = colour(background);
            let found = colour(text).readable_on(&[background]).unwrap();
            assert!(
                found.contrast(background) >= NEEDED,
                "{text} on {background}: {found}"
            );
        }
        assert_eq!(
            colour("#777777").readable_on(&[BLACK, WHITE, colour("#767676")]),
            None
        );
    }
}
