"""From URL to driver."""

from __future__ import annotations

import subprocess
import sys

import pytest

from controller.domain.errors import ConfigError
from drivers.base import Endpoint
from drivers.factory import make_driver
from drivers.modbus.driver import ModbusDriver
from drivers.soft import SoftDriver
from tests.contract.peers.device import LoopClock, binding


@pytest.mark.parametrize(("url", "kind"), [("modbus+tcp://127.0.0.1:1502", ModbusDriver), ("soft://twin", SoftDriver)])
def test_the_scheme_chooses_the_driver(url: str, kind: type) -> None:
    assert isinstance(make_driver(Endpoint("e", url, (binding(),)), LoopClock()), kind)


def test_an_opcua_url_makes_the_driver_that_subscribes() -> None:
    assert make_driver(Endpoint("e", "opc.tcp://127.0.0.1:4840", (binding(),)), LoopClock()).subscribes


def test_an_opcua_device_without_a_namespace_is_refused() -> None:
    with pytest.raises(ConfigError, match="namespace URI"):
        make_driver(Endpoint("e", "opc.tcp://127.0.0.1:4840", (binding(namespace=""),)), LoopClock())


@pytest.mark.parametrize("url", ["bacnet://10.0.0.1", "127.0.0.1:502", ""])
def test_another_scheme_is_refused_with_those_that_work(url: str) -> None:
    with pytest.raises(ConfigError, match=r"modbus\+tcp, modbus\+tls, .*, opc\.tcp, soft"):
        make_driver(Endpoint("e", url, ()), LoopClock())


def test_a_site_without_opcua_never_loads_its_library() -> None:
    code = "import sys, drivers.factory; sys.exit('asyncua' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_the_drivers_of_an_endpoint_need_can_be_imported_before_they_are_made() -> None:
    code = (
        "import sys; from drivers.base import Endpoint; from drivers.factory import import_drivers; "
        "import_drivers([Endpoint('e', 'opc.tcp://127.0.0.1:4840', ())]); sys.exit('asyncua' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
