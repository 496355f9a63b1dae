/// The length of what comes out of a delta.
pub(super) fn result_length(delta: &[u8]) -> Option<u64> {
    let mut rest = delta;
    length(&mut rest)?;
    length(&mut rest)
}

/// What a delta makes of its base; `None` where it does not fit.
pub(super) fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let mut rest = delta;
    let base_length = length(&mut rest)?;
    let result_length = usize::try_from(length(&mut rest)?).ok()?;
    if base_length != base.len() as u64 {
        return None;
    }
    let mut result = Vec::with_capacity(result_length);
    while let Some((code, tail)) = rest.split_first() {
        rest = tail;
        let piece = match code {
            0 => return None,
            code if code & 0x80 != 0 => {
                let offset = bits(&mut rest, code & 0b1111)?;
                let size = bits(&mut rest, (code >> 4) & 0b111)?;
                let size = if size == 0 { 0x1_0000 } else { size };
                base.get(offset..offset.checked_add(size)?)?
            }
            literal => {
                let (piece, tail) = rest.split_at_checked(usize::from(*literal))?;
                rest = tail;
                piece
            }
        };
        if piece.len() > result_length - result.len() {
            return None;
        }
        result.extend_from_slice(piece);
    }
    (result.len() == result_length).then_some(result)
}

/// A number of which only the bytes that `present` names are written, the lowest first.
fn bits(rest: &mut &[u8], present: u8) -> Option<usize> {
    let mut number = 0;
    for place in 0..4 {
        if present & (1 << place) != 0 {
            let (byte, tail) = rest.split_first()?;
            *rest = tail;
            number |= usize::from(*byte) << (8 * place);
        }
    }
    Some(number)
}

/// A number in groups of seven bits, the lowest first.
fn length(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
