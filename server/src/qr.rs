//! A QR code as the path of an SVG, which a page draws by itself: no image, no script, no style.

use std::fmt::Write as _;

use app::pages::account::QrCode;
use domain::{Code, Error};
use fast_qr::{ECL, QRBuilder};

/// Modules of quiet around the code, which readers ask for.
const QUIET: usize = 4;

/// The code of `text`.
pub(crate) fn qr_code(text: &str) -> Result<QrCode, Error> {
    let code = QRBuilder::new(text).ecl(ECL::M).build();
    let code = code.map_err(|_| Error::new(Code::Internal, "the QR code cannot be drawn"))?;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            // A run of dark modules is one rectangle.
            let length = (x..code.size).take_while(|x| code[y][*x].value()).count();
            if length > 0 {
                let _ = write!(path, "M{} {}h{length}v1h-{length}z", x + QUIET, y + QUIET);
            }
            x += length + 1;
        }
    }
    Ok(QrCode { size: code.size + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dark_modules_of_a_code_are_drawn() {
        let code = qr_code("otpauth://totp/Strongroom:ada%40harbour.example?secret=GEZDGNBVGY3TQOJQ").unwrap();
        assert!(code.size > 21 + 2 * QUIET);
        // The finder at the upper left: seven modules wide, then a ring.
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", &code.path[..40]);
        assert!(code.path.contains("M4 5h1v1h-1z"));
        assert!(qr_code(&"x".repeat(5000)).is_err());
    }
}
