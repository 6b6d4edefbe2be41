import asyncio


async def test_virtual_hours_pass_at_once() -> None:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await asyncio.sleep(36_000)
    assert loop.time() - before == 36_000
