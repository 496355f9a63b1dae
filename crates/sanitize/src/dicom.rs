//! Which elements of DICOM say who somebody is (PS3.15, table E.1-1; names by PS3.6), in files and in texts.

use crate::age;
use crate::structure::is_template;
use crate::what::What;
use crate::what::What::*;

/// What an element holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Something of the patient or of theirs.
    Is(What),
    /// What says little by itself: staff, institutions, times of examinations.
    Minor(What),
    /// Free text.
    Text,
}

use Content::{Is, Minor, Text};

/// Words that programs write in the place of a name.
const ANONYMOUS: [&[u8]; 6] =
    [b"anon", b"anonym", b"anonymous", b"anonymized", b"anonymised", b"anonymize"];

impl Content {
    /// Whether a value says something of somebody: none that takes the place of another one does, and no age that
    /// many have.
    pub fn is_said_by(self, value: &[u8]) -> bool {
        let first = value.split(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
        let is_anonymous = ANONYMOUS.iter().any(|word| word.eq_ignore_ascii_case(first));
        let is_common = matches!(self, Is(Age)) && !age::is_over(value);
        !value.is_empty() && !is_anonymous && !is_common && !is_template(value)
    }
}

/// An element as it is named in reports: `(0010,0010) PatientName`.
pub(crate) fn path(tag: u32, name: &str) -> String {
    format!("({:04X},{:04X}) {name}", tag >> 16, tag & 0xffff)
}

/// The name of an element and what it holds.
pub(crate) fn field(tag: u32) -> Option<(&'static str, Content)> {
    let place = FIELDS.binary_search_by_key(&tag, |(known, ..)| *known).ok()?;
    Some((FIELDS[place].1, FIELDS[place].2))
}

const FIELDS: &[(u32, &str, Content)] = &[
    (0x0008_0012, "InstanceCreationDate", Minor(Date)),
    (0x0008_0020, "StudyDate", Minor(Date)),
    (0x0008_0021, "SeriesDate", Minor(Date)),
    (0x0008_0022, "AcquisitionDate", Minor(Date)),
    (0x0008_0023, "ContentDate", Minor(Date)),
    (0x0008_0024, "OverlayDate", Minor(Date)),
    (0x0008_0025, "CurveDate", Minor(Date)),
    (0x0008_002a, "AcquisitionDateTime", Minor(Date)),
    (0x0008_0050, "AccessionNumber", Is(OtherId)),
    (0x0008_0080, "InstitutionName", Minor(Address)),
    (0x0008_0081, "InstitutionAddress", Minor(Address)),
    (0x0008_0090, "ReferringPhysicianName", Minor(Name)),
    (0x0008_0092, "ReferringPhysicianAddress", Minor(Address)),
    (0x0008_0094, "ReferringPhysicianTelephoneNumbers", Minor(Phone)),
    (0x0008_009c, "ConsultingPhysicianName", Minor(Name)),
    (0x0008_1010, "StationName", Minor(Device)),
    (0x0008_1030, "StudyDescription", Text),
    (0x0008_103e, "SeriesDescription", Text),
    (0x0008_1040, "InstitutionalDepartmentName", Minor(Address)),
    (0x0008_1048, "PhysiciansOfRecord", Minor(Name)),
    (0x0008_1050, "PerformingPhysicianName", Minor(Name)),
    (0x0008_1060, "NameOfPhysiciansReadingStudy", Minor(Name)),
    (0x0008_1070, "OperatorsName", Minor(Name)),
    (0x0008_1080, "AdmittingDiagnosesDescription", Text),
    (0x0008_2111, "DerivationDescription", Text),
    (0x0008_4000, "IdentifyingComments", Text),
    (0x0010_0010, "PatientName", Is(Name)),
    (0x0010_0020, "PatientID", Is(Mrn)),
    (0x0010_0030, "PatientBirthDate", Is(BirthDate)),
    (0x0010_0032, "PatientBirthTime", Minor(BirthDate)),
    (0x0010_0033, "PatientBirthDateInAlternativeCalendar", Is(BirthDate)),
    (0x0010_0034, "PatientDeathDateInAlternativeCalendar", Is(Date)),
    (0x0010_1000, "OtherPatientIDs", Is(Mrn)),
    (0x0010_1001, "OtherPatientNames", Is(Name)),
    (0x0010_1005, "PatientBirthName", Is(Name)),
    (0x0010_1010, "PatientAge", Is(Age)),
    (0x0010_1040, "PatientAddress", Is(Address)),
    (0x0010_1050, "InsurancePlanIdentification", Is(HealthPlan)),
    (0x0010_1060, "PatientMotherBirthName", Is(Name)),
    (0x0010_1080, "MilitaryRank", Minor(OtherId)),
    (0x0010_1081, "BranchOfService", Minor(OtherId)),
    (0x0010_1090, "MedicalRecordLocator", Is(OtherId)),
    (0x0010_2000, "MedicalAlerts", Text),
    (0x0010_2110, "Allergies", Text),
    (0x0010_2150, "CountryOfResidence", Minor(Address)),
    (0x0010_2152, "RegionOfResidence", Is(Address)),
    (0x0010_2154, "PatientTelephoneNumbers", Is(Phone)),
    (0x0010_2155, "PatientTelecomInformation", Is(Phone)),
    (0x0010_2160, "EthnicGroup", Minor(OtherId)),
    (0x0010_2180, "Occupation", Minor(OtherId)),
    (0x0010_21b0, "AdditionalPatientHistory", Text),
    (0x0010_21d0, "LastMenstrualDate", Is(Date)),
    (0x0010_21f0, "PatientReligiousPreference", Minor(OtherId)),
    (0x0010_2297, "ResponsiblePerson", Is(Name)),
    (0x0010_2299, "ResponsibleOrganization", Minor(Address)),
    (0x0010_4000, "PatientComments", Text),
    (0x0012_0040, "ClinicalTrialSubjectID", Is(OtherId)),
    (0x0012_0042, "ClinicalTrialSubjectReadingID", Is(OtherId)),
    (0x0018_1000, "DeviceSerialNumber", Is(Device)),
    (0x0018_1002, "DeviceUID", Minor(Device)),
    (0x0018_4000, "AcquisitionComments", Text),
    (0x0020_0010, "StudyID", Minor(OtherId)),
    (0x0020_4000, "ImageComments", Text),
    (0x0020_9158, "FrameComments", Text),
    (0x0028_4000, "ImagePresentationComments", Text),
    (0x0032_1030, "ReasonForStudy", Text),
    (0x0032_1032, "RequestingPhysician", Minor(Name)),
    (0x0032_1060, "RequestedProcedureDescription", Text),
    (0x0032_1066, "ReasonForVisit", Text),
    (0x0032_4000, "StudyComments", Text),
    (0x0038_0010, "AdmissionID", Is(Account)),
    (0x0038_001a, "ScheduledAdmissionDate", Is(Date)),
    (0x0038_001c, "ScheduledDischargeDate", Is(Date)),
    (0x0038_001e, "ScheduledPatientInstitutionResidence", Is(Address)),
    (0x0038_0020, "AdmittingDate", Is(Date)),
    (0x0038_0030, "DischargeDate", Is(Date)),
    (0x0038_0040, "DischargeDiagnosisDescription", Text),
    (0x0038_0050, "SpecialNeeds", Text),
    (0x0038_0060, "ServiceEpisodeID", Is(Account)),
    (0x0038_0062, "ServiceEpisodeDescription", Text),
    (0x0038_0300, "CurrentPatientLocation", Minor(Address)),
    (0x0038_0400, "PatientInstitutionResidence", Is(Address)),
    (0x0038_0500, "PatientState", Text),
    (0x0038_4000, "VisitComments", Text),
    (0x0040_0002, "ScheduledProcedureStepStartDate", Minor(Date)),
    (0x0040_0004, "ScheduledProcedureStepEndDate", Minor(Date)),
    (0x0040_0006, "ScheduledPerformingPhysicianName", Minor(Name)),
    (0x0040_0009, "ScheduledProcedureStepID", Minor(OtherId)),
    (0x0040_0244, "PerformedProcedureStepStartDate", Minor(Date)),
    (0x0040_0250, "PerformedProcedureStepEndDate", Minor(Date)),
    (0x0040_0253, "PerformedProcedureStepID", Minor(OtherId)),
    (0x0040_0280, "CommentsOnThePerformedProcedureStep", Text),
    (0x0040_0400, "CommentsOnTheScheduledProcedureStep", Text),
    (0x0040_1001, "RequestedProcedureID", Minor(OtherId)),
    (0x0040_1002, "ReasonForTheRequestedProcedure", Text),
    (0x0040_1004, "PatientTransportArrangements", Text),
    (0x0040_1010, "NamesOfIntendedRecipientsOfResults", Minor(Name)),
    (0x0040_1102, "PersonAddress", Minor(Address)),
    (0x0040_1103, "PersonTelephoneNumbers", Minor(Phone)),
    (0x0040_1104, "PersonTelecomInformation", Minor(Phone)),
    (0x0040_1400, "RequestedProcedureComments", Text),
    (0x0040_2001, "ReasonForTheImagingServiceRequest", Text),
    (0x0040_2008, "OrderEnteredBy", Minor(Name)),
    (0x0040_2010, "OrderCallbackPhoneNumber", Minor(Phone)),
    (0x0040_2016, "PlacerOrderNumberImagingServiceRequest", Is(OtherId)),
    (0x0040_2017, "FillerOrderNumberImagingServiceRequest", Is(OtherId)),
    (0x0040_2400, "ImagingServiceRequestComments", Text),
    (0x0040_a075, "VerifyingObserverName", Minor(Name)),
    (0x0040_a123, "PersonName", Is(Name)),
    (0x0040_a160, "TextValue", Text),
    (0x0070_0084, "ContentCreatorName", Minor(Name)),
    (0x4000_4000, "TextComments", Text),
    (0x4008_0102, "InterpretationRecorder", Minor(Name)),
    (0x4008_010a, "InterpretationTranscriber", Minor(Name)),
    (0x4008_010b, "InterpretationText", Text),
    (0x4008_010c, "InterpretationAuthor", Minor(Name)),
    (0x4008_0114, "PhysicianApprovingInterpretation", Minor(Name)),
    (0x4008_0115, "InterpretationDiagnosisDescription", Text),
    (0x4008_0119, "DistributionName", Minor(Name)),
    (0x4008_011a, "DistributionAddress", Minor(Address)),
    (0x4008_0300, "Impressions", Text),
    (0x4008_4000, "ResultsComments", Text),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_sorted_by_their_tags() {
        assert!(FIELDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(field(0x0010_0010).map(|(name, _)| name), Some("PatientName"));
        assert!(field(0x0010_0040).is_none());
    }
}
