"""Messages of the BMC's registries, with their HTTP status."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """An entry of a message registry, and the HTTP status of its response."""

    status: int
    severity: str
    text: str
    resolution: str


_RESUBMIT = "and resubmit the request if the operation failed."
_CORRECT = f"Correct the value for the property in the request body {_RESUBMIT}"
_LIST = "Choose a value from the enumeration list that the implementation can support"
_ACCEPTED = Message(
    202,
    "Ok",
    "Please also check Task Resource {0} to see more information.",
    "No resolution was required.",
)
_OLD_LICENSE = Message(
    403,
    "Warning",
    "Not licensed to perform this request. The following licenses {0} were needed",
    "Please activate at least one license in above message.",
)

# The Base texts are those of the DMTF. Only the ids of Supermicro's own registry are
# known. Where no recording has the text and the HTTP status, both are assumptions.
MESSAGES = {
    "Base.ResourceAtUriUnauthorized": Message(
        401,
        "Critical",
        "While accessing the resource at {0}, the service received an authorization "
        "error {1}.",
        "Ensure that the appropriate access is provided for the service in order for "
        "it to access the URI.",
    ),
    "Base.InsufficientPrivilege": Message(
        403,
        "Critical",
        "There are insufficient privileges for the account or credentials associated "
        "with the current session to perform the requested operation.",
        "Either abandon the operation or change the associated access rights and "
        "resubmit the request if the operation failed.",
    ),
    # The status is that of the DMTF. No Supermicro response was recorded.
    "Base.SessionLimitExceeded": Message(
        503,
        "Critical",
        "The session establishment failed due to the number of simultaneous sessions "
        "exceeding the limit of the implementation.",
        "Reduce the number of other sessions before trying to establish the session "
        "or increase the limit of simultaneous sessions, if supported.",
    ),
    "Base.ResourceMissingAtURI": Message(
        404,
        "Critical",
        "The resource at the URI {0} was not found.",
        "Place a valid resource at the URI or correct the URI and resubmit the "
        "request.",
    ),
    "Base.OperationNotAllowed": Message(
        405,
        "Critical",
        "The HTTP method is not allowed on this resource.",
        "None.",
    ),
    "Base.MalformedJSON": Message(
        400,
        "Critical",
        "The request body submitted was malformed JSON and could not be parsed by the "
        "receiving service.",
        "Ensure that the request body is valid JSON and resubmit the request.",
    ),
    "Base.EmptyJSON": Message(
        400,
        "Warning",
        "The request body submitted contained an empty JSON object and the service is "
        "unable to process it.",
        "Add properties in the JSON object and resubmit the request.",
    ),
    "Base.UnrecognizedRequestBody": Message(
        415,
        "Warning",
        "The service detected a malformed request body that it was unable to "
        "interpret.",
        "Correct the request body and resubmit the request if it failed.",
    ),
    "Base.PropertyUnknown": Message(
        400,
        "Warning",
        "The property {0} is not in the list of valid properties for the resource.",
        f"Remove the unknown property from the request body {_RESUBMIT}",
    ),
    "Base.PropertyNotWritable": Message(
        400,
        "Warning",
        "The property {0} is a read only property and cannot be assigned a value.",
        f"Remove the property from the request body {_RESUBMIT}",
    ),
    "Base.PropertyValueTypeError": Message(
        400,
        "Warning",
        "The value '{0}' for the property {1} is of a different type than the "
        "property can accept.",
        _CORRECT,
    ),
    "Base.PropertyValueNotInList": Message(
        400,
        "Warning",
        "The value '{0}' for the property {1} is not in the list of acceptable values.",
        f"{_LIST} {_RESUBMIT}",
    ),
    "Base.PropertyValueOutOfRange": Message(
        400,
        "Warning",
        "The value '{0}' for the property {1} is not in the supported range of "
        "acceptable values.",
        _CORRECT,
    ),
    "Base.PropertyMissing": Message(
        400,
        "Warning",
        "The property {0} is a required property and must be included in the request.",
        "Ensure that the property is in the request body and has a valid value and "
        "resubmit the request if the operation failed.",
    ),
    "Base.PreconditionFailed": Message(
        412,
        "Critical",
        "The ETag supplied did not match the ETag required to change this resource.",
        "Try the operation again using the appropriate ETag.",
    ),
    "Base.PreconditionRequired": Message(
        428,
        "Critical",
        "A precondition header or annotation is required to change this resource.",
        "Try the operation again using an If-Match or If-None-Match header and "
        "appropriate ETag.",
    ),
    "Base.QueryNotSupported": Message(
        400,
        "Warning",
        "Querying is not supported by the implementation.",
        f"Remove the query parameters {_RESUBMIT}",
    ),
    "Base.QueryParameterUnsupported": Message(
        501,
        "Warning",
        "The query parameter '{0}' is not supported by the implementation.",
        "Remove the query parameter and resubmit the request if the operation failed.",
    ),
    "Base.HeaderInvalid": Message(
        412,
        "Critical",
        "The header '{0}' has a value that the service does not support.",
        "Correct the value of the header and resubmit the request.",
    ),
    "Base.ActionNotSupported": Message(
        400,
        "Critical",
        "The action {0} is not supported by the resource.",
        "The action supplied cannot be resubmitted to the implementation.  Perhaps "
        "the action was invalid, the wrong resource was the target or the "
        "implementation documentation may be of assistance.",
    ),
    "Base.ActionParameterMissing": Message(
        400,
        "Critical",
        "The action {0} requires the parameter {1} to be present in the request body.",
        "Supply the action with the required parameter in the request body when the "
        "request is resubmitted.",
    ),
    "Base.ActionParameterUnknown": Message(
        400,
        "Warning",
        "The action {0} was submitted with the invalid parameter {1}.",
        "Correct the invalid parameter and resubmit the request if it failed.",
    ),
    "Base.ResourceInUse": Message(
        409,
        "Warning",
        "The change to the requested resource failed because the resource is in use.",
        "Remove the condition and resubmit the request if the operation failed.",
    ),
    "Base.ActionParameterValueNotInList": Message(
        400,
        "Warning",
        "The value '{0}' for the parameter {1} in the action {2} is not in the list of "
        "acceptable values.",
        f"{_LIST} {_RESUBMIT}",
    ),
    "Base.OemLicenseNotPassed": _OLD_LICENSE,
    "SMC.OemLicenseNotPassed": Message(
        403,
        "Warning",
        "Not licensed to perform this request. The following licenses {0}were needed",
        "Please activate at least one license in the above message.",
    ),
    "SMC.OemSystemLockdownEnabled": Message(
        403,
        "Warning",
        "The system lockdown is enabled.",
        "Please disable the system lockdown before the request is resubmitted.",
    ),
    "SMC.OemNtpPatchSettingCondition": Message(
        400,
        "Warning",
        "The NTP servers can only be set while NTP is enabled.",
        "Please enable NTP in the same request.",
    ),
    "SMC.OemNtpMissingItem": Message(
        400,
        "Warning",
        "At least one NTP server is needed to enable NTP.",
        "Please supply an NTP server in the same request.",
    ),
    "SMC.NetworkProtocolServiceConfigureFailed": Message(
        400,
        "Warning",
        "The network protocol {0} is already configured with this value.",
        "Please check the current setting of the network protocol.",
    ),
    "SMC.OemNtpAcceptedMessage": _ACCEPTED,
    "SMC.OemNetworkProtocolAcceptedMessage": _ACCEPTED,
    "SMC.OemVirtualMediaAcceptedMessage": _ACCEPTED,
}

# The messages that the old family words differently.
OLD_MESSAGES = {"SMC.OemLicenseNotPassed": _OLD_LICENSE}
