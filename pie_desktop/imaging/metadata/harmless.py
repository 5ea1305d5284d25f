"""What the policy `no-location` keeps: a list of everything that cannot say where a photo was taken, or by which unit.

Whatever is not listed is left out, so that a place cannot stay because it is spelt in a way that nobody thought of:
positions, names of places and venues, cells of the mobile network, air pressure and depth, paths of files, histories
of other files, text that programs write rather than people, and maker notes as a whole. So are the serial numbers of
cameras and lenses and the identifiers of single photos, which lead to other photos by the same camera. What people
write themselves stays: title, caption, keywords, names of persons, and the address that an author publishes as theirs.
"""

import re

_EXPOSURE = """
ExposureTime FNumber ExposureProgram SpectralSensitivity ISOSpeedRatings SensitivityType StandardOutputSensitivity
RecommendedExposureIndex ISOSpeed ISOSpeedLatitudeyyy ISOSpeedLatitudezzz ShutterSpeedValue ApertureValue
BrightnessValue
ExposureBiasValue MaxApertureValue SubjectDistance MeteringMode LightSource Flash FocalLength SubjectArea FlashEnergy
FocalPlaneXResolution FocalPlaneYResolution FocalPlaneResolutionUnit SubjectLocation ExposureIndex SensingMethod
FileSource SceneType CustomRendered ExposureMode WhiteBalance DigitalZoomRatio FocalLengthIn35mmFilm SceneCaptureType
GainControl Contrast Saturation Sharpness SubjectDistanceRange CompressedBitsPerPixel Gamma CompositeImage
"""
_EXIF_NAMES = {
    "Image": f"""
        ImageDescription Make Model Orientation XResolution YResolution ResolutionUnit Software ProcessingSoftware
        DateTime Artist Copyright Rating RatingPercent ExifTag DateTimeOriginal TimeZoneOffset SelfTimerMode
        SecurityClassification XPTitle XPComment XPAuthor XPKeywords XPSubject UniqueCameraModel LocalizedCameraModel
        LensInfo {_EXPOSURE}
        """,
    "Photo": f"""
        ExifVersion FlashpixVersion ColorSpace ComponentsConfiguration PixelXDimension PixelYDimension
        InteroperabilityTag DateTimeOriginal DateTimeDigitized OffsetTime OffsetTimeOriginal OffsetTimeDigitized
        SubSecTime SubSecTimeOriginal SubSecTimeDigitized LearningOptOutIn CameraOwnerName LensSpecification LensMake
        LensModel ImageTitle Photographer ImageEditor CameraFirmware RAWDevelopingSoftware ImageEditingSoftware
        MetadataEditingSoftware {_EXPOSURE}
        """,
    "Iop": "InteroperabilityIndex InteroperabilityVersion",
}
_IPTC_NAMES = {
    "Envelope": "ModelVersion CharacterSet FileFormat FileVersion DateSent TimeSent",
    "Application2": """
        RecordVersion ObjectType ObjectAttribute ObjectName EditStatus EditorialUpdate Urgency Subject Category
        SuppCategory Keywords ReleaseDate ReleaseTime ExpirationDate ExpirationTime SpecialInstructions ActionAdvised
        DateCreated TimeCreated DigitizationDate DigitizationTime Program ProgramVersion ObjectCycle Byline BylineTitle
        Headline Credit Source Copyright Contact Caption Writer ImageType ImageOrientation Language
        """,
}
_EXIF = {group: frozenset(names.split()) for group, names in _EXIF_NAMES.items()}
_IPTC = {record: frozenset(names.split()) for record, names in _IPTC_NAMES.items()}
_XMP_EXPOSURE = _EXPOSURE.replace("FNumber", "FNumber PhotographicSensitivity")
# By exiv2's prefix, which it gives to a namespace by its address, however a file abbreviates it.
_XMP: dict[str, frozenset[str]] = {
    prefix: frozenset(names.split())
    for prefix, names in {
        "dc": "contributor creator date description format language publisher rights subject title type",
        "xmp": "CreateDate CreatorTool Label MetadataDate ModifyDate Rating",
        "xmpRights": "Certificate Marked Owner UsageTerms WebStatement",
        "photoshop": (
            "AuthorsPosition CaptionWriter Category ColorMode Credit DateCreated Headline Instructions Source "
            "SupplementalCategories Urgency"
        ),
        "iptc": (
            "AltTextAccessibility CreatorContactInfo ExtDescrAccessibility IntellectualGenre Scene SubjectCode "
            "CiAdrExtadr CiAdrCity CiAdrRegion CiAdrPcode CiAdrCtry CiEmailWork CiTelWork CiUrlWork"
        ),
        "iptcExt": (
            "AddlModelInfo ModelAge PersonInImage DigitalSourcefileType DigitalSourceType Genre "
            "MaxAvailHeight MaxAvailWidth"
        ),
        "plus": (
            "Version Licensee LicenseeID LicenseeName EndUser EndUserID EndUserName Licensor LicensorID LicensorName "
            "LicensorStreetAddress LicensorExtendedAddress LicensorCity LicensorRegion LicensorPostalCode "
            "LicensorCountry "
            "LicensorTelephoneType1 LicensorTelephone1 LicensorTelephoneType2 LicensorTelephone2 "
            "LicensorEmail LicensorURL "
            "LicensorNotes MediaSummaryCode LicenseStartDate LicenseEndDate MediaConstraints "
            "ProductOrServiceConstraints "
            "ImageFileConstraints ImageAlterationConstraints ImageDuplicationConstraints ModelReleaseStatus "
            "ModelReleaseID "
            "MinorModelAgeDisclosure PropertyReleaseStatus OtherConstraints CreditLineRequired AdultContentWarning "
            "OtherLicenseRequirements TermsAndConditionsText TermsAndConditionsURL OtherConditions ImageType "
            "CopyrightStatus "
            "CopyrightRegistrationNumber FirstPublicationDate CopyrightOwner CopyrightOwnerID "
            "CopyrightOwnerName ImageCreator "
            "ImageCreatorID ImageCreatorName LicenseID Reuse DataMining OtherLicenseDocuments OtherLicenseInfo"
        ),
        "tiff": "Artist Copyright DateTime ImageDescription Make Model ResolutionUnit Software XResolution YResolution",
        "exif": f"{_XMP_EXPOSURE} ExifVersion FlashpixVersion DateTimeOriginal DateTimeDigitized "
        "Fired Return Mode Function RedEyeMode",
        "exifEX": (
            f"{_XMP_EXPOSURE} StandardOutput-Sensitivity CameraOwnerName LensSpecification LensMake LensModel "
            "InteroperabilityIndex"
        ),
        "aux": "Lens LensInfo LensID FlashCompensation ApproximateFocusDistance OwnerName Firmware",
        "mwg-rs": "Regions AppliedToDimensions RegionList Area Type Name FocusUsage",
        "digiKam": "TagsList CaptionsAuthorNames CaptionsDateTimeStamps ColorLabel PickLabel",
        "MicrosoftPhoto": "DateAcquired FlashManufacturer FlashModel LastKeywordIPTC LastKeywordXMP "
        "LensManufacturer LensModel Rating",
        "acdsee": "caption datetime author rating tagged categories",
        "mediapro": "People CatalogSets",
        "lr": "hierarchicalSubject weightedFlatSubject",
        "cc": "license attributionName attributionURL morePermissions useGuidelines legalcode",
        "GPano": (
            "UsePanoramaViewer CaptureSoftware StitchingSoftware ProjectionType PosePitchDegrees PoseRollDegrees "
            "InitialViewHeadingDegrees InitialViewPitchDegrees InitialViewRollDegrees InitialHorizontalFOVDegrees "
            "SourcePhotosCount ExposureLockUsed CroppedAreaImageWidthPixels CroppedAreaImageHeightPixels "
            "FullPanoWidthPixels "
            "FullPanoHeightPixels CroppedAreaLeftPixels CroppedAreaTopPixels"
        ),
    }.items()
}
# Fields of structures that have namespaces of their own: areas and sizes in the image.
_XMP_FIELDS: dict[str, frozenset[str]] = {
    "stArea": frozenset({"x", "y", "w", "h", "d", "unit"}),
    "stDim": frozenset({"w", "h", "unit"}),
    "xml": frozenset({"lang"}),
}
_INDEX = re.compile(r"\[\d+\]$")
_FIELD_PREFIXES = {"Iptc4xmpCore": "iptc", "Iptc4xmpExt": "iptcExt"}


def exif_is_harmless(key: str) -> bool:
    """Whether an EXIF tag such as `Exif.Photo.FNumber` is on the list; those of maker notes never are."""
    _, group, name = key.split(".", 2)
    return name in _EXIF.get(group, ())


def iptc_is_harmless(key: str) -> bool:
    """Whether an IPTC data set such as `Iptc.Application2.Keywords` is on the list."""
    _, record, name = key.split(".", 2)
    return name in _IPTC.get(record, ())


def xmp_is_harmless(key: str) -> bool:
    """Whether an XMP property and, where it lies in a structure, each field on the way to it is on the list.

    Args:
        key: such as `Xmp.dc.title` or `Xmp.plus.Licensor[1]/plus:LicensorName`.
    """
    _, prefix, path = key.split(".", 2)
    root, *fields = path.split("/")
    if _INDEX.sub("", root) not in _XMP.get(prefix, ()):
        return False
    return all(_field_is_harmless(field) for field in fields)


def _field_is_harmless(field: str) -> bool:
    prefix, _, name = _INDEX.sub("", field).lstrip("?").partition(":")
    prefix = _FIELD_PREFIXES.get(prefix, prefix)
    return name in _XMP.get(prefix, ()) or name in _XMP_FIELDS.get(prefix, ())
