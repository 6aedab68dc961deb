"""Reading single resources and collections of a BMC."""

from __future__ import annotations

from typing import Any

from .documents import Body
from .endpoints import (
    ACCOUNT_SERVICE,
    BOOT_OPTIONS,
    CERTIFICATES,
    CHASSIS,
    DRIVES,
    EVENT_SERVICE,
    FAN_MODE,
    FIRMWARE,
    LICENSE,
    LLDP_SERVICE,
    MANAGER,
    MANAGER_INTERFACES,
    MANAGER_LOGS,
    MEMORY,
    NETWORK_ADAPTERS,
    NETWORK_PROTOCOL,
    NODE_MANAGER,
    NTP_SERVICE,
    PCIE_DEVICES,
    POWER,
    PROCESSORS,
    RESET_INFO,
    ROOT,
    SENSORS,
    SESSION_SERVICE,
    SNOOPING,
    STORAGE,
    SYS_LOCKDOWN,
    SYSTEM,
    SYSTEM_INTERFACES,
    SYSTEM_LOGS,
    THERMAL,
    UPDATE_SERVICE,
    Endpoint,
    ModelT,
)
from .exceptions import NotFoundError
from .links import follow, follow_all
from .logbook import async_read_log
from .machine import async_get_device_paths
from .models import (
    LLDP,
    NTP,
    AccountService,
    BootOption,
    Certificate,
    Chassis,
    Drive,
    EthernetInterface,
    EventService,
    FanMode,
    FirmwareInventory,
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
    Processor,
    ResetType,
    SensorResource,
    ServiceRoot,
    SessionService,
    Snooping,
    Storage,
    SysLockdown,
    System,
    Thermal,
    UpdateService,
    Volume,
)
from .models.common import normalize_mac
from .resources import Resources


class Reads:
    """What can be read of a BMC.

    A single resource that the board does not have raises NotFoundError, a collection
    that it does not have is empty.
    """

    _resources: Resources

    async def async_get_service_root(self) -> ServiceRoot:
        """Return the root of the service; no login is needed for it."""
        return await self._resources.async_get(ROOT)

    async def async_get_system(self) -> System:
        """Return the host: power state, health, LED, boot."""
        return await self._resources.async_get(SYSTEM)

    async def async_get_chassis(self) -> Chassis:
        """Return the host's chassis."""
        return await self._resources.async_get(CHASSIS)

    async def async_get_thermal(self) -> Thermal:
        """Return the temperatures and fans of the chassis.

        Where each fan or sensor has a resource of its own, the first time all of them
        are read, and later four each time, in turns: a reading may be some calls old.
        """
        return await self._resources.async_get(THERMAL)

    async def async_get_power(self) -> Power:
        """Return the power draw, voltages and power supplies of the chassis.

        Where each supply or sensor has a resource of its own, the first time all of
        them are read, and later one of each kind each time, in turns.
        """
        return await self._resources.async_get(POWER)

    async def async_get_manager(self) -> Manager:
        """Return the BMC itself; one real board takes six seconds for it."""
        return await self._resources.async_get(MANAGER)

    async def async_get_manager_ethernet_interfaces(self) -> list[EthernetInterface]:
        """Return the BMC's network interfaces, the one to the host included."""
        return await self._resources.async_get_members(
            MANAGER_INTERFACES, EthernetInterface
        )

    async def async_get_mac_address(self) -> str | None:
        """Return the BMC's own MAC address, or None where it tells none.

        In capitals with colons between, "7C:C2:55:00:00:01", wherever it is from. It
        is what tells one BMC from another: serial numbers and system UUIDs are
        blank or alike on many boards.
        """
        interfaces = await self.async_get_manager_ethernet_interfaces()
        manager = await self._resources.async_known(MANAGER)
        addresses = (
            *(nic.mac_address for nic in interfaces if not nic.is_internal),
            manager.mac_address,
            *(nic.mac_address for nic in interfaces),
        )
        own = next((mac for mac in addresses if mac and mac.strip("0:-")), None)
        return own and normalize_mac(own)

    async def async_get_reset_types(self) -> list[ResetType | str]:
        """Return the ways to reset the host that the board advertises.

        An ActionInfo counts for more than the list in the system itself, which is
        missing on X11 and X13 and misspelt on X12.
        """
        try:
            advertised = (await self._resources.async_known(RESET_INFO)).reset_types
        except NotFoundError:
            advertised = ()
        return list(
            advertised or (await self._resources.async_known(SYSTEM)).reset_types
        )

    async def async_get_boot_options(self) -> list[BootOption]:
        """Return what the host can boot, with one request for each; not on X10, X11.

        `async_set_boot_source` takes one as `boot_next`.
        """
        return await self._resources.async_get_members(BOOT_OPTIONS, BootOption)

    async def async_get_fan_mode(self) -> FanMode:
        """Return the fan mode and the modes that this board has."""
        return await self._resources.async_get(FAN_MODE)

    async def async_get_ntp(self) -> NTP:
        """Return the time service's settings."""
        return await self._resources.async_get(NTP_SERVICE)

    async def async_get_lldp(self) -> LLDP:
        """Return whether the BMC's port tells of itself, and its neighbour."""
        return await self._resources.async_get(LLDP_SERVICE)

    async def async_get_snooping(self) -> Snooping:
        """Return the host's last POST code."""
        return await self._resources.async_get(SNOOPING)

    async def async_get_license(self) -> License:
        """Return the licences that are installed on the BMC."""
        return await self._resources.async_get(LICENSE)

    async def async_get_sys_lockdown(self) -> SysLockdown:
        """Return whether the BMC refuses all writes."""
        return await self._resources.async_get(SYS_LOCKDOWN)

    async def async_get_node_manager(self) -> NodeManager:
        """Return the power statistics of the host's node manager."""
        return await self._resources.async_get(NODE_MANAGER)

    async def async_get_network_protocol(self) -> NetworkProtocol:
        """Return the protocols that the BMC speaks."""
        return await self._resources.async_get(NETWORK_PROTOCOL)

    async def async_get_account_service(self) -> AccountService:
        """Return the rules for accounts, such as when one is locked."""
        return await self._resources.async_get(ACCOUNT_SERVICE)

    async def async_get_event_service(self) -> EventService:
        """Return how the BMC delivers events."""
        return await self._resources.async_get(EVENT_SERVICE)

    async def async_get_session_service(self) -> SessionService:
        """Return how long the BMC keeps idle sessions."""
        return await self._resources.async_get(SESSION_SERVICE)

    async def async_get_update_service(self) -> UpdateService:
        """Return where the BMC takes firmware."""
        return await self._resources.async_get(UPDATE_SERVICE)

    async def async_get_processors(self) -> list[Processor]:
        """Return the host's processors, with one request for each."""
        return await self._resources.async_get_members(PROCESSORS, Processor)

    async def async_get_memory(self) -> list[Memory]:
        """Return the host's memory modules, with one request for each."""
        return await self._resources.async_get_members(MEMORY, Memory)

    async def async_get_system_ethernet_interfaces(self) -> list[EthernetInterface]:
        """Return the host's network interfaces, with one request for each."""
        return await self._resources.async_get_members(
            SYSTEM_INTERFACES, EthernetInterface
        )

    async def async_get_pcie_devices(self) -> list[PCIeDevice]:
        """Return the PCIe devices of all chassis, with one request for each.

        X11 lists them in the system, later boards in the chassis.
        """
        paths = await async_get_device_paths(self._resources, PCIE_DEVICES)
        if not paths:
            system = await self._resources.async_known_body(SYSTEM)
            paths = follow_all(system, "PCIeDevices")
        return await self._resources.async_get_all_at(paths, PCIeDevice)

    async def async_get_firmware_inventory(self) -> list[FirmwareInventory]:
        """Return all firmware; large systems take minutes for their hundred parts."""
        return await self._resources.async_get_members(FIRMWARE, FirmwareInventory)

    async def async_get_certificates(self) -> list[Certificate]:
        """Return the certificates of the BMC's web server."""
        return await self._resources.async_get_members(CERTIFICATES, Certificate)

    async def async_get_storage(self) -> list[Storage]:
        """Return the groups of drives, with one request for each.

        Raises:
            LicenseError: The board wants a licence for it, as many do.

        """
        return await self._resources.async_get_members(STORAGE, Storage)

    async def async_get_drives(self) -> list[Drive]:
        """Return the drives of all groups and chassis, with one request for each.

        OpenBMC has a fitted M.2 drive in its chassis, and in the group its bay by the
        same Id, as Absent: what is not absent counts.

        Raises:
            LicenseError: The board wants a licence for it, as many do.

        """
        groups = await self._async_get_all_of(STORAGE)
        paths = [path for group in groups for path in follow_all(group, "Drives")]
        paths += await async_get_device_paths(self._resources, DRIVES)
        return await self._resources.async_get_all_at(paths, Drive)

    async def async_get_volumes(self) -> list[Volume]:
        """Return the volumes of all groups, with one request for each.

        Raises:
            LicenseError: The board wants a licence for it, as many do.

        """
        groups = await self._async_get_all_of(STORAGE)
        return await self._async_get_below(groups, Volume, "Volumes")

    async def async_get_network_adapters(self) -> list[NetworkAdapter]:
        """Return the network cards of all chassis, with one request for each."""
        paths = await async_get_device_paths(self._resources, NETWORK_ADAPTERS)
        return await self._resources.async_get_all_at(paths, NetworkAdapter)

    async def async_get_ports(self) -> list[Port]:
        """Return the ports of all network cards, with one request for each."""
        paths = await async_get_device_paths(self._resources, NETWORK_ADAPTERS)
        cards = await self._resources.async_get_bodies(paths)
        return await self._async_get_below(cards, Port, "Ports", "NetworkPorts")

    async def async_get_sensors(self) -> list[SensorResource]:
        """Return the sensors that have a resource each, in all chassis.

        Dozens of requests on the boards that have them, from Gen 14 on: read them
        seldom. Thermal and Power have what counts of those of the host's chassis.
        """
        paths = await async_get_device_paths(self._resources, SENSORS)
        return await self._resources.async_get_all_at(paths, SensorResource)

    async def async_get_log_entries(
        self, log_service: str | None = None, *, after: str | None = None
    ) -> list[LogEntry]:
        """Return the host's health events, oldest first.

        A full log is some megabytes: read it seldom.

        Args:
            log_service: The Id of a log; without, the one of health events.
            after: The id of the last entry that is known; entries up to it are left
                out, unless it is not in the log any more.

        Raises:
            NotFoundError: There is no such log.

        """
        return await async_read_log(self._resources, SYSTEM_LOGS, log_service, after)

    async def async_get_manager_log_entries(
        self, log_service: str | None = None, *, after: str | None = None
    ) -> list[LogEntry]:
        """Return the BMC's maintenance log, who did what to it, oldest first.

        Arguments and errors are as for `async_get_log_entries`.
        """
        return await async_read_log(self._resources, MANAGER_LOGS, log_service, after)

    async def _async_get_all_of(self, collection: Endpoint[Any]) -> list[Body]:
        """Return the JSON of the members of a collection."""
        paths = await self._resources.async_get_member_paths(collection)
        return await self._resources.async_get_bodies(paths)

    async def _async_get_below(
        self, bodies: list[Body], model: type[ModelT], *pointers: str
    ) -> list[ModelT]:
        """Return the members of a collection that each of several resources links."""
        links = [[follow(body, at) for at in pointers] for body in bodies]
        firsts = [next(filter(None, found), None) for found in links]
        paths = await self._resources.async_get_member_paths_at(filter(None, firsts))
        return await self._resources.async_get_all_at(paths, model)
