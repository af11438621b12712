"""Serves both sandbox CRMs on loopback, seeded with one world, and lets the world live on if asked to."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.sandbox.http import SandboxClock, SandboxServer
from connectors.sandbox.hubspot import HubSpotSandbox
from connectors.sandbox.salesforce import SalesforceSandbox
from connectors.sandbox.world import DEFAULT_PEOPLE, World, build_world, live_tick, populate

DEFAULT_SEED = 7
TICK_SECONDS = 3.0  # often enough that somebody who watches the demo sees something happen in every cycle
TOKEN, CLIENT_ID, CLIENT_SECRET = "pat-na1-sandbox", "sandbox-client", "sandbox-secret"


@dataclass
class RunningSandbox:
    """Both CRMs being served; `stop` ends them. `world` is None when they were started empty."""

    hubspot: HubSpotSandbox
    salesforce: SalesforceSandbox
    hubspot_server: SandboxServer
    salesforce_server: SandboxServer
    world: World | None
    _stopping: threading.Event = field(default_factory=threading.Event)
    _life: threading.Thread | None = None

    @property
    def env(self) -> dict[str, str]:
        """The settings with which leadsync opens these two accounts."""
        return {
            "LEADSYNC_HUBSPOT__ACCESS_TOKEN": TOKEN,
            "LEADSYNC_HUBSPOT__BASE_URL": self.hubspot_server.url,
            "LEADSYNC_SALESFORCE__LOGIN_URL": self.salesforce_server.url,
            "LEADSYNC_SALESFORCE__CLIENT_ID": CLIENT_ID,
            "LEADSYNC_SALESFORCE__CLIENT_SECRET": CLIENT_SECRET,
        }

    def live(self, tick: Callable[[], None], seconds: float) -> None:
        """Calls `tick` every `seconds` in a thread of its own until `stop`."""
        self._life = threading.Thread(target=self._beat, args=(tick, seconds), daemon=True)
        self._life.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._life is not None:
            self._life.join(timeout=5)
        self.hubspot_server.stop()
        self.salesforce_server.stop()

    def __enter__(self) -> RunningSandbox:
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def _beat(self, tick: Callable[[], None], seconds: float) -> None:
        while not self._stopping.wait(seconds):
            tick()


def serve(
    people: int = DEFAULT_PEOPLE,
    seed: int = DEFAULT_SEED,
    hubspot_port: int = 0,
    salesforce_port: int = 0,
    live: bool = False,
    tick_seconds: float = TICK_SECONDS,
    empty: bool = False,
    now: float | None = None,
) -> RunningSandbox:
    """Builds the world as of `now` (default: the present), seeds and starts both servers; port 0 takes a free one.

    With `empty` the accounts hold nothing but what every new account holds.
    """
    clock = SandboxClock()
    hubspot = HubSpotSandbox(clock=clock, token=TOKEN)
    salesforce = SalesforceSandbox(clock=clock, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    world = None
    if not empty:
        world = build_world(seed, people, time.time() if now is None else now)
        populate(world, hubspot, salesforce)
    servers = SandboxServer(hubspot, hubspot_port).start(), SandboxServer(salesforce, salesforce_port).start()
    running = RunningSandbox(hubspot, salesforce, *servers, world)
    if live and world is not None:
        running.live(_ticker(world, hubspot, salesforce, clock, seed), tick_seconds)
    return running


def _ticker(
    world: World, hubspot: HubSpotSandbox, salesforce: SalesforceSandbox, clock: SandboxClock, seed: int
) -> Callable[[], None]:
    rng = random.Random(seed + 1)

    def tick() -> None:
        live_tick(world, hubspot, salesforce, rng, clock.now())

    return tick
