//! What an identifier is by its type (HL7 table 0203), which messages and resources name.

use crate::what::What;

/// What an identifier of this type is in a message.
pub(super) fn in_message(code: &[u8]) -> Option<What> {
    match code {
        b"SSN" => Some(What::Ssn),
        b"BA" => Some(What::Account),
        b"NI" => Some(What::HealthPlan),
        _ => anywhere(code),
    }
}

/// What an identifier of this type is in a resource.
pub(super) fn in_resource(code: &[u8]) -> Option<What> {
    match code {
        b"MR" | b"MRN" | b"PI" | b"PT" => Some(What::Mrn),
        b"SB" => Some(What::Ssn),
        b"NIIP" => Some(What::HealthPlan),
        b"UDI" | b"SNO" | b"SER" => Some(What::Device),
        b"NPI" => Some(What::Npi),
        _ => anywhere(code),
    }
}

fn anywhere(code: &[u8]) -> Option<What> {
    match code {
        b"SS" => Some(What::Ssn),
        b"DL" | b"PPN" | b"LN" | b"MD" | b"DEA" => Some(What::License),
        b"MB" | b"MC" | b"MA" | b"SN" | b"HC" => Some(What::HealthPlan),
        b"AN" | b"VN" | b"FI" => Some(What::Account),
        _ => None,
    }
}
