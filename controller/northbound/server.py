"""The OPC UA server, put together on the library's parts where they will do and on ours where they would not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto import security_policies
from asyncua.crypto.permission_rules import User
from asyncua.server.internal_session import InternalSession
from asyncua.server.server import Server
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from controller import __version__
from controller.domain.errors import ConfigError
from controller.northbound import names
from controller.northbound.attributes import Shown, root_reference, standard
from controller.northbound.catalogue import Catalogue
from controller.northbound.facts import Facts, Sources
from controller.northbound.items import Space
from controller.northbound.session import (
    MOST_BROWSED,
    MOST_ITEMS,
    MOST_READ,
    MOST_TRANSLATED,
    LookSession,
    Window,
)
from controller.northbound.sight import EveryService, Gate
from controller.northbound.subscriptions import BoundedSubscriptions
from controller.northbound.tally import Tally
from controller.northbound.trust import Own, Trust
from controller.northbound.watching import Watchers
from controller.northbound.wire import Allowed, Port
from controller.runtime.authority import Authority
from controller.settings.northbound import NO_SECURITY, NorthboundSettings
from controller.settings.site import Site
from drivers.opcua.address_space import PackedNodes, PackedServer
from drivers.opcua.guard import POLICIES
from drivers.opcua.link import quieten
from drivers.opcua.options import Policy

PATH = "/zhadao"
UNSECURED_URI = "urn:zhadao:northbound"
"""Our application's URI where no certificate says one."""
LONGEST_SESSION_MS = 120_000
"""A client that is gone keeps its session and what it watches no longer."""
MOST_PENDING = 50
SPARE_CONNECTIONS = 10
"""Besides one for each session: those who look for endpoints, and those who come back before their loss was noticed."""
_BROKEN = "rsa-1_5"

_TYPES: Mapping[str, ua.SecurityPolicyType] = {
    "Basic256Sha256": ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
    "Aes128_Sha256_RsaOaep": ua.SecurityPolicyType.Aes128Sha256RsaOaep_SignAndEncrypt,
    "Aes256_Sha256_RsaPss": ua.SecurityPolicyType.Aes256Sha256RsaPss_SignAndEncrypt,
    NO_SECURITY: ua.SecurityPolicyType.NoSecurity,
}
_LIMITS: Mapping[int, int] = {
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead: MOST_READ,
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse: MOST_BROWSED,
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerTranslateBrowsePathsToNodeIds: MOST_TRANSLATED,
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall: MOST_ITEMS,
    ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRegisterNodes: MOST_READ,
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a server is made of."""

    settings: NorthboundSettings
    site: Site
    sources: Sources
    authority: Authority
    trust: Trust
    tally: Tally
    nodes: PackedNodes | None


class LookServer(PackedServer):
    """The library's server behind the socket, with sessions of ours."""

    window: Window

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan.nodes)
        self.user_manager = Gate(plan.authority)
        self._most_sessions = plan.settings.sessions
        self.subscription_service = BoundedSubscriptions(self.aspace, self)
        self.subscription_service.space_of = self._space_of
        self.isession.subscription_service = self.subscription_service
        self.allow_remote_admin = False
        self.disabled_clock = True  # its own clock makes stopping wait for a second; ours ticks with the watchers
        self.max_connections = 2 * plan.settings.sessions + SPARE_CONNECTIONS
        self.max_session_timeout_ms = LONGEST_SESSION_MS
        self.max_pending_messages_per_connection = MOST_PENDING
        self.supported_tokens = (ua.UserNameIdentityToken,)  # type: ignore[assignment]  # declared as what it begins with

    @property
    def sessions(self) -> list[LookSession]:
        """Every session of a client."""
        return [one for one in self._external_sessions.values() if isinstance(one, LookSession)]

    def create_session(self, name: str, user: User | None = None, external: bool = False) -> InternalSession:
        """A session of a client.

        Raises:
            ServiceError: there are as many as may be.
        """
        del user, external
        if len(self._external_sessions) >= self._most_sessions:
            raise ServiceError(StatusCodes.BadTooManySessions)
        return LookSession(self, self.window, name)

    def register_server(self, server: object, conf: object = None) -> None:
        """We are no discovery server: anybody could fill us with names."""
        del server, conf
        raise ServiceError(StatusCodes.BadServiceUnsupported)

    def decrypt_user_token(self, isession: object, token: ua.UserNameIdentityToken) -> tuple[str, str]:
        """Name and password as a client sent them; not by an encryption that is broken."""
        if _BROKEN in (token.EncryptionAlgorithm or ""):
            raise ServiceError(StatusCodes.BadIdentityTokenInvalid)
        return super().decrypt_user_token(isession, token)

    def _space_of(self, session_id: ua.NodeId) -> Space:
        return next(one.space for one in self.sessions if one.session_id == session_id)


class NorthboundServer:
    """One running server: ``start``, ``stop``, and what a reload changes."""

    def __init__(self, plan: Plan) -> None:
        quieten()
        self._plan = plan
        self._facts = Facts(plan.sources, plan.site.city)
        self._inner = LookServer(plan)
        self._server = Server(iserver=self._inner)
        self._port: Port | None = None
        self.watchers: Watchers
        self.shown: Shown

    @property
    def url(self) -> str:
        """Where it really listens."""
        settings, port = self._plan.settings, self._port
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        return f"opc.tcp://{host}:{settings.port if port is None else port.port}{PATH}"

    @property
    def sessions(self) -> int:
        """How many clients are signed in."""
        return sum(one.is_activated() for one in self._inner.sessions)

    async def start(self) -> None:
        """Make the address space and listen; nothing is left open when it fails.

        Raises:
            ConfigError: no usable certificate, or the address can't be had.
        """
        settings, server = self._plan.settings, self._server
        server.set_endpoint(self.url)
        server.set_server_name("zhadao")
        server.product_uri, server.manufacturer_name = "urn:zhadao", "zhadao"
        server.application_type = ua.ApplicationType.Server
        rules = EveryService()  # type: ignore[no-untyped-call]  # the library's is untyped
        server.set_security_policy([_TYPES[policy] for policy in settings.policies], rules)
        own = self._plan.trust.own() if settings.secured else None
        await server.init()
        await self._show(own)
        await server._setup_server_nodes()  # noqa: SLF001 - the steps of the library's start, with our own socket
        await self._inner.start()
        policies = server._policies  # noqa: SLF001 - as above
        port = Port(
            self._inner,
            settings.host,
            settings.port,
            allowed=_allowed(settings),
            trust=self._plan.trust,
            tally=self._plan.tally,
        )
        port.set_policies(policies)
        try:
            await port.start()
        except (OSError, OverflowError) as error:
            await self._inner.stop()
            raise ConfigError(
                f"northbound: cannot listen on {settings.host}:{settings.port} ({error}): set another host or port "
                "under northbound in site.yaml, or stop who has it"
            ) from error
        self._port = port

    async def stop(self) -> None:
        """Close the socket, every session, every task."""
        port, self._port = self._port, None
        watches = [one._timeout_task for one in self._inner.sessions]  # noqa: SLF001 - the library leaves them running
        for session in self._inner.sessions:
            await session.close_session(True)
        if port is None:
            return
        await port.stop()
        await self._inner.stop()
        left = [task for task in watches if task is not None and not task.done()]
        if left:
            await asyncio.wait(left)

    async def tick(self) -> None:
        """The server's own clock, for clients that watch it as a heartbeat."""
        now = self._plan.sources.clock.now()
        await self._inner.write_attribute_value(
            standard(ObjectIds.Server_ServerStatus_CurrentTime),
            ua.DataValue(ua.Variant(_stamp(now), ua.VariantType.DateTime), SourceTimestamp=_stamp(now)),
        )

    async def expel(self) -> None:
        """End the sessions of keys that hold no more."""
        for session in self._inner.sessions:
            if session.is_activated() and not session.lives:
                await session.close_session(True)

    async def adopt(self, site: Site) -> None:
        """Show another site. Who sees only part of the city comes again, for what they see may be another part."""
        for session in self._inner.sessions:
            session.browsing.forget()
            if session.is_activated() and not session.whole:
                await session.close_session(True)
        self._facts.adopt(site.city)
        self.shown.catalogue = Catalogue(site)
        self.watchers.adopted()

    async def _show(self, own: Own | None) -> None:
        server, inner = self._server, self._inner
        if own is not None:
            await server.load_certificate(own.certificate, "der")
            await server.load_private_key(own.key_file)
        await server.set_application_uri(UNSECURED_URI if own is None else own.application_uri)
        await server.set_build_info("urn:zhadao", "zhadao", "zhadao", __version__, "0", datetime.now(UTC))
        index = await server.register_namespace(names.NAMESPACE)
        catalogue = Catalogue(self._plan.site)
        self.shown = Shown(catalogue, self._facts, index)
        self.watchers = Watchers(self.shown, self._plan.sources.clock)
        inner.window = Window(
            self.shown, self.watchers, self._plan.authority, self._plan.tally, self._plan.settings.monitored_items
        )
        inner.aspace[standard(ObjectIds.ObjectsFolder)].references.append(root_reference(index, self._plan.site.name))
        for node, most in _LIMITS.items():
            limit = ua.DataValue(ua.Variant(most, ua.VariantType.UInt32))
            await inner.write_attribute_value(standard(node), limit)


def _allowed(settings: NorthboundSettings) -> Allowed:
    mode = ua.MessageSecurityMode
    return frozenset(
        (security_policies.SecurityPolicyNone.URI, mode.None_)
        if policy == NO_SECURITY
        else (POLICIES[Policy(policy)].URI, mode.SignAndEncrypt)
        for policy in settings.policies
    )


def _stamp(moment: datetime) -> ua.DateTime:
    return ua.DateTime.fromtimestamp(moment.timestamp(), UTC)
