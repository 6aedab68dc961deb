"""Client for the Redfish API of a Supermicro BMC."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import fields
from datetime import datetime
from functools import cache, partial
from ssl import SSLContext
from typing import Any, Self

from aiohttp import ClientSession

from .concurrency import gather_or_raise
from .const import DEFAULT_TIMEOUT
from .data import DynamicData, RedfishData, StaticData
from .exceptions import NotFoundError, ResourceError
from .http.authenticator import Authenticator
from .http.connection import Connection
from .http.stats import RequestStats
from .http.transport import Transport
from .mockup import Recording, async_read_all
from .models import (
    LLDP,
    NTP,
    AccountService,
    BootOption,
    BootSourceEnabled,
    Certificate,
    Chassis,
    Drive,
    EthernetInterface,
    EventService,
    FanMode,
    FirmwareInventory,
    IntrusionSensor,
    License,
    LogEntry,
    Manager,
    Memory,
    NetworkAdapter,
    NetworkProtocol,
    NodeManager,
    PCIeDevice,
    Port,
    Power,
    PowerAverage,
    Processor,
    ResetType,
    Role,
    SensorResource,
    ServiceRoot,
    SessionService,
    Snooping,
    Storage,
    SysLockdown,
    System,
    Thermal,
    UpdateService,
    VirtualMedia,
    Volume,
)
from .readings import Reading, Readings, Scope
from .readings.power_history import async_read_power_history
from .resources import accounts, commands, devices, endpoints, identity, logs, media
from .resources.bulk import (
    Found,
    OnRead,
    async_get_each,
    async_try_each,
    ignore_read,
)
from .resources.endpoints import Cadence, Endpoint, ModelT
from .resources.reader import ResourceReader

_MAX_CONCURRENT_REQUESTS = 10


_FIELDS: dict[type[Any], frozenset[str]] = {
    data_class: frozenset(field.name for field in fields(data_class))
    for data_class in (StaticData, DynamicData, RedfishData)
}
"""Names of the fields of bulk data."""


@cache
def _list_rows(
    rows: tuple[Endpoint[Any], ...], cadence: Cadence
) -> tuple[Endpoint[Any], ...]:
    """Return the rows that are read at an interval."""
    return tuple(row for row in rows if row.cadence is cadence)


def _merge(data_class: type[Any], *parts: Found) -> dict[str, Any]:
    """Return the arguments of bulk data; the last part wins."""
    found: dict[str, Any] = {"errors": {}, "missing": {}, "oem": {}}
    names = _FIELDS[data_class]
    for part in parts:
        for name, resource in part.resources.items():
            (found if name in names else found["oem"])[name] = resource
        found["errors"] |= part.errors
        found["missing"] |= part.missing
    return found


class SupermicroRedfishClient:
    """A connection to one BMC.

    Every method raises the exceptions of this package, and no others, for failures of
    the BMC: see `exceptions`. A single resource that the board does not have raises
    NotFoundError; a collection that it does not have is empty.

    The accelerators of some machines are a system of their own. A client for them needs
    its Id. If there is no such system, `async_get_system` raises NotFoundError, and the
    collections of the system are empty.

    A write without effect is not sent. The method of a write returns when the BMC has
    carried it out. It raises InvalidRequestError where the BMC rejects the write.
    """

    def __init__(  # noqa: PLR0913 - the parameters of the published client, and two
        self,
        session: ClientSession,
        host: str,
        username: str,
        password: str,
        *,
        verify_ssl: bool | SSLContext | str = False,
        timeout: float = DEFAULT_TIMEOUT,
        system: str | None = None,
        chassis: str | None = None,
        discovery: Mapping[str, Any] | None = None,
    ) -> None:
        """Prepare a connection; nothing is sent yet.

        Args:
            session: The caller's session, which is never closed here.
            host: Name, IPv4 or IPv6 address, with or without port, or https URL.
            username: The BMC account. Reading needs the role ReadOnly, commands to the
                host Operator, and settings of the BMC Administrator.
            password: Its password.
            verify_ssl: True to verify the certificate against the system's
                authorities, an SSL context to verify it against others, a SHA-256
                fingerprint to accept only that certificate, False to accept any.
            timeout: Seconds for one request; 0 for no limit.
            system: The Id of the system to read; by default the machine itself.
            chassis: The Id of the chassis to read; by default that of the system.
            discovery: The property `discovery` of an earlier client, to skip the
                discovery of the same BMC. It is verified, and ignored if it differs.

        Raises:
            ValueError: The host, fingerprint, username or password is malformed.

        """
        self._transport = Transport(
            session, host, verify_ssl=verify_ssl, timeout=timeout
        )
        self._username = username
        self._host = host  # shown by the published integration if a poll fails
        self._authenticator = Authenticator(self._transport, username, password)
        self._connection = Connection(self._transport, self._authenticator)
        ids: dict[Endpoint[Any], str | None] = {endpoints.SYSTEM: system}
        ids[endpoints.CHASSIS] = chassis
        self._reader = ResourceReader(self._connection, ids, discovery)
        self._readings = Readings(self._reader)

    async def __aenter__(self) -> Self:
        """Log in."""
        await self.async_connect()
        return self

    async def __aexit__(self, *args: object) -> None:
        """Log out."""
        await self.async_disconnect()

    @property
    def stats(self) -> RequestStats:
        """The number of requests and the response times."""
        return self._transport.stats

    @property
    def paths(self) -> dict[str, str]:
        """The paths of the resources found so far, by name."""
        return self._reader.paths

    @property
    def reads_in_bulk(self) -> bool:
        """Return whether one request returns the readings of many items.

        These are fans or sensors in an expanded collection, or the sensors in a metric
        report. An earlier client may have found that out.
        """
        collections = (endpoints.FANS, endpoints.SENSORS)
        can_expand = any(map(self._reader.can_expand, collections))
        return can_expand or self._readings.has_reports

    @property
    def expands_collections(self) -> bool:
        """Return whether one request for a collection returned all its members."""
        return self._reader.expander.has_worked

    @property
    def discovery(self) -> dict[str, Any]:
        """Findings about the board, for the next client of the same BMC.

        This is a JSON object without secrets: the paths of resources, those that are
        missing or need a license, the version of the firmware, the place of ETags that
        work ("header" or "body"), and the verdicts of the ways of reading. It is empty
        before the system was read, while a link is dead, and for a BMC without a UUID.
        """
        self._readings.remember()
        return self._reader.discovery

    async def async_is_same_bmc(self) -> bool:
        """Read the identity of the BMC; return whether the `discovery` fits it.

        It takes the service root and the system, which the next read does not request
        again. Without a `discovery` it takes no request.

        Raises:
            SupermicroRedfishError: The connection was lost or the login refused.

        """
        return await self._reader.async_verify_memory()

    @property
    def cached_resources(self) -> dict[str, dict[str, Any]]:
        """The last JSON of every resource by path.

        It contains serial numbers, addresses and names: see `redaction.redacted`.
        """
        return self._connection.cached_resources

    def set_max_concurrent_requests(self, max_requests: int) -> None:
        """Set the number of concurrent requests, from 1 to 10."""
        limit = max(1, min(max_requests, _MAX_CONCURRENT_REQUESTS))
        self._transport.set_max_concurrent_requests(limit)
        self._reader.members.limit = limit

    # Connection

    def exclusive(self) -> AbstractAsyncContextManager[None]:
        """Return a context in which no request is sent, for a write by other means.

        It is entered as soon as no request is running.
        """
        return self._transport.exclusive()

    async def async_connect(self) -> None:
        """Log in to the BMC unless there is a login already.

        It also tries a password again that was refused before. A failed login leaves no
        session behind, and does not close the client: the next request logs in, unless
        the password was refused.

        Raises:
            AuthenticationError: The username or password was refused.
            SupermicroRedfishError: The BMC did not respond, or has no free session.

        """
        try:
            await self._connection.async_open()
        except BaseException:
            was_closed = self._connection.is_closed
            await self.async_disconnect()
            if not was_closed:
                self._connection.reopen()
            raise

    async def async_disconnect(self) -> None:
        """Delete the session and discard the cache, ignoring errors of the BMC.

        Nothing is sent afterwards, until `async_connect`.
        """
        try:
            await self._connection.async_close()
        finally:
            self._readings.remember()
            self._reader.reset()
            self._readings = Readings(self._reader)

    async def async_test_connection(self) -> ServiceRoot:
        """Return the service root, which needs no login."""
        return await self.async_get_service_root()

    async def async_read_all_resources(
        self,
        progress: Callable[[int, str], None] = lambda _done, _path: None,
        recording: Recording | None = None,
    ) -> dict[str, Any]:
        """Return every resource that links lead to by path; some boards have 1200.

        Args:
            progress: Called before each request with the number of resources read so
                far and the path that is read next.
            recording: Receives each resource once it is read, so that those before an
                error or a cancellation are not lost.

        """
        recording = recording or Recording()
        await async_read_all(self._connection, progress, recording)
        return recording.resources

    # Bulk data

    async def async_get_dynamic_data(
        self, *, with_settings: bool = True, complete: bool = False
    ) -> DynamicData:
        """Return the resources that change by the second, with three requests.

        Boards from Gen 14 on have a resource for each fan, supply and sensor. Where
        collections can be expanded, or metric reports name the sensors, it takes up to
        six requests. Elsewhere, and while reports fail, it takes up to ten (a few more
        at the first failure), and some of these resources are read each time in round
        robin: a reading may be several polls old, see `DynamicData.reading_age`, and
        one that was not read yet is missing, see `DynamicData.is_complete`.
        `async_get_static_data` reads those that were never read and finds those that
        were fitted since.

        Fan mode and POST code are those that were last read by any other method. They
        are requested here only before the first of those, and after a command; on
        boards from Gen 14 on never.

        Args:
            with_settings: Whether fan mode and POST code may be requested here.
            complete: Whether to read everything that was never read, however many
                requests that takes.

        """
        scope = Scope.ALL if complete else Scope.POLL
        found = await self._async_read_dynamic(scope)
        last = await self._async_get_last(
            endpoints.FAN_MODE,
            endpoints.SNOOPING,
            only_cached=not with_settings or self._readings.reads_single_resources,
        )
        return DynamicData(
            **_merge(DynamicData, last, found),
            is_complete=self._readings.is_complete,
            reading_age=self._readings.age,
            is_read_in_turns=self._readings.is_read_in_turns,
        )

    async def async_get_static_data(
        self,
        *,
        without: Collection[str] = (),
        on_read: OnRead = ignore_read,
    ) -> StaticData:
        """Return the resources that rarely change, conditionally where there are ETags.

        On boards with a resource for each fan, supply and sensor, those that were
        never read are read as well, for `async_get_dynamic_data`. The system is the one
        that was last read by any other method.

        Args:
            without: The names of fields that are not read, such as "license".
            on_read: Called with the name and value of each field as soon as it is read.

        """
        found = await self._async_read_static(without, on_read)
        last = await self._async_get_last(endpoints.SYSTEM)
        return StaticData(**_merge(StaticData, last, found))

    async def async_get_all_data(self) -> RedfishData:
        """Return static and dynamic data, with all readings."""
        static, dynamic = await gather_or_raise(
            self._async_read_static(), self._async_read_dynamic(Scope.ALL)
        )
        # The static read has found them meanwhile.
        try:
            dynamic.resources["sensors"] = await self.async_get_last_inner_sensors()
        except ResourceError as error:
            dynamic.errors["sensors"] = error
        return RedfishData(
            **_merge(RedfishData, static, dynamic),
            is_complete=self._readings.is_complete,
            reading_age=self._readings.age,
            is_read_in_turns=self._readings.is_read_in_turns,
        )

    async def _async_read_static(
        self,
        without: Collection[str] = (),
        on_read: OnRead = ignore_read,
    ) -> Found:
        """Return the resources that rarely change."""
        rows = self._list_reads(Cadence.STATIC)
        found = await async_get_each(
            self._reader,
            {row: read for row, read in rows.items() if row.name not in without},
            on_read,
        )

        async def try_read(name: str, read: Callable[[], Awaitable[Any]]) -> None:
            try:
                resource = await read()
            except ResourceError as error:
                found.errors[name] = error
            else:
                found.resources[name] = resource
                on_read(name, resource)

        if "reset_types" not in without:
            await try_read("reset_types", self._async_get_reset_types)
        await self._readings.async_discover()
        if "inner_thermal" not in without:
            await try_read("inner_thermal", self.async_get_inner_thermal)
        try:
            await self._readings.async_discover_leak_detectors()
        except ResourceError as error:
            found.errors["leak_detectors"] = error
        self._reader.link_reads.end_first_read()
        return found._replace(errors=self._reader.members.errors | found.errors)

    async def _async_read_dynamic(self, scope: Scope) -> Found:
        """Return the resources that change by the second.

        A board that has neither temperatures, fans nor power is a failure: each of
        these may be missing, but a server without any is more likely to be misread.
        """
        reading = self._readings.start(scope)
        reads = self._list_reads(Cadence.DYNAMIC, reading)
        is_poll = scope is Scope.POLL
        delay = self._transport.second_request_delay if is_poll else 0.0
        found = await async_get_each(self._reader, reads, delay=delay)
        readings = {endpoints.THERMAL.name, endpoints.POWER.name}
        if readings <= found.missing.keys():
            found.errors.update((name, found.missing.pop(name)) for name in readings)
        try:
            sensors = await self._readings.async_get_inner_sensors(reading)
            found.resources["sensors"] = sensors
            leaks = await self._readings.async_get_leak_detectors(reading)
            found.resources["leak_detectors"] = leaks
        except ResourceError as error:
            found.errors["leak_detectors"] = error
        return found._replace(errors=self._readings.errors | found.errors)

    async def _async_get_last(
        self, *rows: Endpoint[Any], only_cached: bool = False
    ) -> Found:
        """Return resources as they were last read, without a request if possible."""
        last = {row: self._reader.get_last(row) for row in rows}
        cached = {row.name: model for row, model in last.items() if model}
        reads = {
            row: partial(self._reader.async_get_last, row)
            for row, model in last.items()
            if not model and (not only_cached or self._reader.has_failed(row))
        }
        if not reads:
            return Found(cached, {}, {})
        found = await async_try_each(self._reader, reads)
        found.resources.update(cached)
        return found

    def _list_reads(
        self, cadence: Cadence, reading: Reading | None = None
    ) -> dict[Endpoint[Any], Callable[[], Awaitable[Any]]]:
        """Return the functions that read the rows of a cadence."""
        special: dict[Endpoint[Any], Callable[[], Awaitable[Any]]] = {
            endpoints.THERMAL: partial(self._readings.async_get_thermal, reading),
            endpoints.POWER: partial(self._readings.async_get_power, reading),
        }
        read = self._reader.async_get_once
        rows = _list_rows(endpoints.ENDPOINTS, cadence)
        return {row: special.get(row) or partial(read, row) for row in rows}

    async def _async_get_reset_types(self) -> tuple[ResetType | str, ...]:
        """Return the reset types as an immutable value."""
        return tuple(await self.async_get_reset_types())

    # Single resources

    async def async_read_resource(self, endpoint: Endpoint[ModelT]) -> ModelT:
        """Return a resource that has no method of its own.

        Args:
            endpoint: A row of `resources.endpoints`.

        Raises:
            NotFoundError: The board does not have the resource.

        """
        return await self._reader.async_get(endpoint)

    async def async_get_service_root(self) -> ServiceRoot:
        """Return the service root, which needs no login."""
        return await self._reader.async_get(endpoints.ROOT)

    async def async_get_system(self) -> System:
        """Return the host: power state, health, LED, boot."""
        return await self._reader.async_get(endpoints.SYSTEM)

    async def async_get_chassis(self) -> Chassis:
        """Return the host's chassis."""
        return await self._reader.async_get(endpoints.CHASSIS)

    async def async_get_thermal(self) -> Thermal:
        """Return the temperatures and fans of the chassis.

        Where each fan or sensor is a resource of its own, all of them are read the
        first time, and four of them each later time in round robin.
        """
        return await self._readings.async_get_thermal()

    async def async_get_power(self) -> Power:
        """Return the power draw, voltages and power supplies of the chassis.

        Where each supply or sensor is a resource of its own, all of them are read the
        first time, and one of each kind each later time in round robin.
        """
        return await self._readings.async_get_power()

    async def async_get_inner_thermal(self) -> dict[str, Thermal]:
        """Return the temperatures inside a machine of many chassis, by chassis.

        It takes dozens of requests there, and none on other boards.
        """
        return await self._readings.async_get_inner_thermal()

    async def async_get_last_inner_sensors(self) -> tuple[SensorResource, ...]:
        """Return the sensors inside a machine of many chassis as they were last read.

        Those of `DynamicData.sensors` that were found since the last poll are included.
        """
        return await self._readings.async_get_inner_sensors(Reading(Scope.DISCOVERY))

    async def async_get_manager(self) -> Manager:
        """Return the BMC itself, which takes up to six seconds on recorded boards."""
        return await self._reader.async_get(endpoints.MANAGER)

    async def async_get_mac_address(self) -> str | None:
        """Return the BMC's own MAC address, None where no resource contains it.

        It has capitals and colons: "7C:C2:55:00:00:01". It identifies a BMC, whereas
        serial numbers and system UUIDs are blank or equal on many boards.
        """
        return await identity.async_get_mac_address(self._reader)

    async def async_get_identifiers(self, *, former: bool = False) -> list[str]:
        """Return the MAC addresses and UUIDs of the BMC, the most reliable first.

        Args:
            former: Whether to include the addresses of interfaces to the host, which
                earlier versions accepted.

        """
        return await identity.async_get_identifiers(self._reader, former=former)

    @property
    def member_errors(self) -> dict[str, ResourceError]:
        """Errors of members of collections and of links, by path, at the last read."""
        return dict(self._reader.members.errors)

    async def async_get_role(self) -> Role:
        """Return the role of the client's account, with at most six requests.

        Raises:
            NotFoundError: The account was not found, for example because it is one of
                a directory service.

        """
        return await accounts.async_get_role(self._reader, self._username)

    async def async_get_reset_types(self) -> list[ResetType | str]:
        """Return the reset types that the board advertises for the host.

        They come from the ActionInfo, else from the system, where the list is missing
        on X11 and X13 and misspelled on X12.
        """
        types: tuple[ResetType | str, ...]
        try:
            info = await self._reader.async_get(endpoints.RESET_INFO, cached=True)
            types = info.reset_types
        except NotFoundError:
            types = ()
        if not types:
            system = await self._reader.async_get(endpoints.SYSTEM, cached=True)
            types = system.reset_types
        return list(types)

    async def async_get_fan_mode(self) -> FanMode:
        """Return the fan mode and the modes that the board supports."""
        return await self._reader.async_get(endpoints.FAN_MODE)

    async def async_get_ntp(self) -> NTP:
        """Return the settings of the BMC's time service."""
        return await self._reader.async_get(endpoints.NTP_SERVICE)

    async def async_get_lldp(self) -> LLDP:
        """Return the LLDP setting of the BMC's port, and its neighbor."""
        return await self._reader.async_get(endpoints.LLDP_SERVICE)

    async def async_get_snooping(self) -> Snooping:
        """Return the host's last POST code."""
        return await self._reader.async_get(endpoints.SNOOPING)

    async def async_get_license(self) -> License:
        """Return the licenses installed on the BMC."""
        return await self._reader.async_get(endpoints.LICENSE)

    async def async_get_sys_lockdown(self) -> SysLockdown:
        """Return whether the BMC rejects all writes."""
        return await self._reader.async_get(endpoints.SYS_LOCKDOWN)

    async def async_get_node_manager(self) -> NodeManager:
        """Return the power statistics of the host's node manager."""
        return await self._reader.async_get(endpoints.NODE_MANAGER)

    async def async_get_network_protocol(self) -> NetworkProtocol:
        """Return the protocols of the BMC."""
        return await self._reader.async_get(endpoints.NETWORK_PROTOCOL)

    async def async_get_account_service(self) -> AccountService:
        """Return the rules for accounts, such as the lockout threshold."""
        return await self._reader.async_get(endpoints.ACCOUNT_SERVICE)

    async def async_get_event_service(self) -> EventService:
        """Return the settings of event delivery."""
        return await self._reader.async_get(endpoints.EVENT_SERVICE)

    async def async_get_session_service(self) -> SessionService:
        """Return the session settings; their timeout is applied to this client."""
        service = await self._reader.async_get(endpoints.SESSION_SERVICE)
        self._authenticator.apply_session_service(service)
        return service

    async def async_get_update_service(self) -> UpdateService:
        """Return the settings of firmware updates."""
        return await self._reader.async_get(endpoints.UPDATE_SERVICE)

    # Collections

    async def async_get_manager_ethernet_interfaces(self) -> list[EthernetInterface]:
        """Return the BMC's network interfaces, including the one to the host."""
        return await self._reader.members.async_get_all(
            endpoints.MANAGER_INTERFACES, EthernetInterface
        )

    async def async_get_system_ethernet_interfaces(self) -> list[EthernetInterface]:
        """Return the host's network interfaces."""
        return await self._reader.members.async_get_all(
            endpoints.SYSTEM_INTERFACES, EthernetInterface
        )

    async def async_get_boot_options(self) -> list[BootOption]:
        """Return the boot options of the host; X10 and X11 have none.

        `async_set_boot_source` takes the reference of one as `boot_next`.
        """
        return await self._reader.members.async_get_all(
            endpoints.BOOT_OPTIONS, BootOption
        )

    async def async_get_processors(self) -> list[Processor]:
        """Return the processors of the client's system."""
        return await self._reader.members.async_get_all(endpoints.PROCESSORS, Processor)

    async def async_get_memory(self) -> list[Memory]:
        """Return the memory modules of the client's system."""
        return await self._reader.members.async_get_all(endpoints.MEMORY, Memory)

    async def async_get_firmware_inventory(self) -> list[FirmwareInventory]:
        """Return all firmware; large systems take minutes for their hundred items."""
        return await self._reader.members.async_get_all(
            endpoints.FIRMWARE, FirmwareInventory
        )

    async def async_get_firmware_images(self) -> list[FirmwareInventory]:
        """Return the backup, golden and staged images of the BMC and the BIOS.

        They are at most eight of the hundred items of `async_get_firmware_inventory`.
        """
        return await devices.async_get_firmware_images(self._reader)

    async def async_get_certificates(self) -> list[Certificate]:
        """Return the certificates of the BMC's web server."""
        return await self._reader.members.async_get_all(
            endpoints.CERTIFICATES, Certificate
        )

    async def async_get_storage(self) -> list[Storage]:
        """Return the storage groups.

        Raises:
            LicenseError: The board needs a license for it, as many do.

        """
        return await self._reader.members.async_get_all(endpoints.STORAGE, Storage)

    async def async_get_drives(self) -> list[Drive]:
        """Return the drives of all storage groups and chassis of the client's system.

        OpenBMC lists a fitted M.2 drive in its chassis, and its bay with the same Id
        and the state Absent in the storage group.

        Raises:
            LicenseError: The board needs a license for it, as many do.

        """
        return await devices.async_get_drives(self._reader)

    async def async_get_volumes(self) -> list[Volume]:
        """Return the volumes of all storage groups.

        Raises:
            LicenseError: The board needs a license for it, as many do.

        """
        return await devices.async_get_volumes(self._reader)

    async def async_get_network_adapters(self) -> list[NetworkAdapter]:
        """Return the network adapters of all chassis of the client's system.

        If these list none, they are those of the system itself.
        """
        return await devices.async_get_network_adapters(self._reader)

    async def async_get_ports(self) -> list[Port]:
        """Return the ports of all network adapters, as in `async_get_network_adapters`.

        Their Ids are not unique; their paths are.
        """
        return await devices.async_get_ports(self._reader)

    async def async_get_pcie_devices(self) -> list[PCIeDevice]:
        """Return the PCIe devices of all chassis of the client's system.

        On X11, they are those of the system itself.
        """
        return await devices.async_get_pcie_devices(self._reader)

    async def async_get_sensors(self) -> list[SensorResource]:
        """Return the sensors that are resources of their own.

        They are those of all chassis of the client's system. Boards from Gen 14 on have
        dozens. Thermal and Power contain the values of the host's chassis.
        """
        return await devices.async_get_sensors(self._reader)

    async def async_get_log_entries(
        self, log_service: str | None = None, *, after: str | None = None
    ) -> list[LogEntry]:
        """Return the entries of a log of the host, oldest first.

        A full log is several megabytes.

        Args:
            log_service: The Id of the log; the default is that of health events.
            after: The Id of the last entry that is known. Entries up to it are left
                out, unless the log no longer contains it.

        Raises:
            NotFoundError: There is no such log.

        """
        return await logs.async_read_log(
            self._reader, endpoints.SYSTEM_LOGS, log_service, after
        )

    async def async_get_manager_log_entries(
        self, log_service: str | None = None, *, after: str | None = None
    ) -> list[LogEntry]:
        """Return the entries of the BMC's maintenance log, oldest first.

        Arguments and errors are those of `async_get_log_entries`.
        """
        return await logs.async_read_log(
            self._reader, endpoints.MANAGER_LOGS, log_service, after
        )

    async def async_get_virtual_media(self) -> list[VirtualMedia]:
        """Return the slots for virtual media; X10 and X11 have a single one."""
        return await media.async_get_slots(self._reader)

    async def async_get_media_boot_source(self) -> str:
        """Return the boot source of virtual media, for `async_set_boot_source`.

        Raises:
            NotFoundError: The board lists none.

        """
        return await media.async_find_boot_source(self._reader)

    async def async_read_power_history(self, since: datetime) -> list[PowerAverage]:
        """Return averages of the machine's power, the oldest first.

        X12 and X13 keep averages of the last hour, day and week. Times without a
        reliable average are left out.

        Args:
            since: The time since when averages are needed, by the client's clock; a
                naive one is local. It decides which reports are read; these may have
                older averages as well.

        Raises:
            NotFoundError: The board has no power history.

        """
        return await async_read_power_history(self._reader, since.astimezone())

    async def async_listen(
        self, on_open: Callable[[], None], on_events: Callable[[int], None]
    ) -> None:
        """Receive the events of OpenBMC until the stream is closed.

        Only the number of events is passed on, not their content. The BMC does not
        repeat events from before the stream was opened. It accepts about ten streams,
        and closes each further one at once.

        Args:
            on_open: Called when the stream is open.
            on_events: Called with the number of events, whenever some were received.

        Raises:
            NotFoundError: The board has no stream of events.
            AuthorizationError: The account may not receive events.

        """
        service = await self._reader.async_get(endpoints.EVENT_SERVICE, cached=True)
        path = service.server_sent_event_uri
        if path is None or service.service_enabled is False:
            raise NotFoundError("This board has no stream of events")
        await self._connection.async_listen(path, on_open, on_events)

    # Writes

    async def async_change_resource(
        self, endpoint: Endpoint[Any], changes: dict[str, Any]
    ) -> None:
        """Change properties of a resource that has no method of its own.

        Args:
            endpoint: A row of `resources.endpoints`.
            changes: The new values by their names in Redfish.

        """
        await self._reader.async_patch(endpoint, changes)

    async def async_system_reset(self, reset_type: str) -> None:
        """Reset, start or stop the host in one of the advertised ways."""
        await self._reader.async_invoke_action(
            endpoints.SYSTEM, "ComputerSystem.Reset", {"ResetType": reset_type}
        )

    async def async_manager_reset(
        self, reset_type: str = ResetType.GRACEFUL_RESTART
    ) -> None:
        """Restart the BMC, which is unreachable for minutes and drops its sessions.

        Raises:
            ConnectionError: The BMC was not reachable, or the connection was lost and
                the BMC still responds: it may or may not restart.

        """
        await commands.async_reset_manager(self._reader, reset_type)

    async def async_set_indicator_led(self, state: str) -> None:
        """Set the identify LED to one of `IndicatorLED`."""
        await commands.async_set_indicator_led(self._reader, state)

    async def async_set_boot_source(
        self,
        target: str,
        enabled: str = BootSourceEnabled.ONCE,
        *,
        boot_next: str | None = None,
    ) -> None:
        """Override the boot source of the host, once or continuously.

        Args:
            target: One of `Boot.boot_source_options`; "None" ends an override.
            enabled: One of `BootSourceEnabled`.
            boot_next: The reference of one of `async_get_boot_options`, for the target
                "UefiBootNext".

        """
        await commands.async_set_boot_source(self._reader, target, enabled, boot_next)

    async def async_set_fan_mode(self, mode: str) -> None:
        """Set the fan mode to one of `FanMode.available_modes`."""
        await self._reader.async_patch(endpoints.FAN_MODE, {"Mode": mode})

    async def async_set_ntp_enabled(self, enabled: bool) -> None:  # noqa: FBT001
        """Switch the BMC's time service on or off."""
        await self._reader.async_patch(endpoints.NTP_SERVICE, {"NTPEnable": enabled})

    async def async_set_ntp_servers(self, primary: str, secondary: str = "") -> None:
        """Set the BMC's time servers and switch its time service on.

        The BMC accepts servers only together with the service being on. Without a
        second server, it keeps the one that it has.
        """
        servers = {"PrimaryNTPServer": primary}
        if secondary:
            servers["SecondaryNTPServer"] = secondary
        await self._reader.async_patch(
            endpoints.NTP_SERVICE, {"NTPEnable": True, **servers}
        )

    async def async_set_lldp_enabled(self, enabled: bool) -> None:  # noqa: FBT001
        """Switch LLDP of the BMC's port on or off."""
        await self._reader.async_patch(endpoints.LLDP_SERVICE, {"LLDPEnabled": enabled})

    async def async_set_protocol_enabled(
        self,
        protocol: str,
        enabled: bool,  # noqa: FBT001
    ) -> None:
        """Switch a protocol of the BMC on or off.

        Args:
            protocol: Its name in Redfish, such as "SSH" or "IPMI".
            enabled: Whether it is on.

        """
        await self._reader.async_patch(
            endpoints.NETWORK_PROTOCOL, {protocol: {"ProtocolEnabled": enabled}}
        )

    async def async_set_power_restore_policy(self, policy: str) -> None:
        """Set the power state after a power loss, one of `power_restore_policies`."""
        await self._reader.async_patch(endpoints.SYSTEM, {"PowerRestorePolicy": policy})

    async def async_set_power_on_delay(self, seconds: int) -> None:
        """Set the delay in seconds before the host powers on."""
        await self._reader.async_patch(
            endpoints.SYSTEM, {"PowerOnDelaySeconds": seconds}
        )

    async def async_set_power_off_delay(self, seconds: int) -> None:
        """Set the delay in seconds before the host powers off."""
        await self._reader.async_patch(
            endpoints.SYSTEM, {"PowerOffDelaySeconds": seconds}
        )

    async def async_set_power_cycle_delay(self, seconds: int) -> None:
        """Set the seconds for which the host stays off in a power cycle."""
        await self._reader.async_patch(
            endpoints.SYSTEM, {"PowerCycleDelaySeconds": seconds}
        )

    async def async_reset_intrusion_sensor(self) -> None:
        """Re-arm the intrusion sensor of the chassis; some boards reject it."""
        security = {"IntrusionSensor": IntrusionSensor.NORMAL}
        await self._reader.async_patch(
            endpoints.CHASSIS, {"PhysicalSecurity": security}
        )

    async def async_insert_media(
        self,
        image: str,
        slot: str | None = None,
        *,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        """Insert an image into a slot for virtual media, and wait until it is there.

        Credentials in the address of the image are sent beside it, where the BMC does
        not show them. No error contains them.

        Args:
            image: An http or https URL, or a share such as "//server/share/x.iso".
            slot: The Id of the slot; the default is the first free one for CDs.
            username: The account for the image.
            password: Its password.

        Raises:
            LicenseError: The board needs a license for it, X12 and X13 for URLs.
            NotFoundError: There is no such slot, or it is occupied.
            InvalidRequestError: The address is malformed, or the BMC rejected it.

        """
        source = media.Image.from_address(image, username, password)
        await media.async_insert_media(self._reader, source, slot)

    async def async_eject_media(self, slot: str | None = None) -> None:
        """Eject the medium of a slot, or those of all slots.

        Raises:
            NotFoundError: There is no such slot.

        """
        await media.async_eject_media(self._reader, slot)

    async def async_clear_log(self, log_service: str | None = None) -> None:
        """Delete all health events; the Id is that of `async_get_log_entries`.

        Raises:
            NotFoundError: There is no such log, or it cannot be cleared.

        """
        await commands.async_clear_log(self._reader, log_service)

    async def async_acknowledge_log_entry(self, entry: LogEntry) -> None:
        """Acknowledge a health event, or mark it as resolved on OpenBMC.

        It is one request, without a read.

        Raises:
            NotFoundError: The entry cannot be acknowledged, as those of severity OK.

        """
        await commands.async_acknowledge(self._reader, entry)
