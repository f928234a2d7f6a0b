"""All measurements, one after the other."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks import contenders
from benchmarks.bars import OURS
from benchmarks.cases import LIST, ONE, Case
from benchmarks.checking import check
from benchmarks.contenders import Contender
from benchmarks.databases import Measured
from benchmarks.footprint import Footprint, started
from benchmarks.growth import Growth, grow
from benchmarks.peers.servers import Peer, ours
from benchmarks.report import Report
from benchmarks.rounds import Clients, Result, clients, measure
from benchmarks.sizes import Size

Tell = Callable[[str], None]
_WORKERS = 2
_ALSO_AS_RESELLER = (ONE, LIST)


class Bench:
    """Servers on one database, and what is found of them; ``tell`` is told as it goes on."""

    def __init__(self, database: Measured, size: Size, folder: Path, tell: Tell) -> None:
        self.size = size
        self._database = database
        self._folder = folder
        self._tell = tell

    async def run(self, peers: Sequence[Peer], cases: Sequence[Case]) -> Report:
        """
        Everything, first whether the servers answer the same.

        Raises:
            Different: they do not.
        """
        report = Report(self.size, await self._database.version())
        async with (
            AsyncExitStack() as stack,
            clients(lambda: self._database.cpu_seconds) as by,
        ):
            report.footprints = [await self._started(stack, each) for each in (ours(), *peers)]
            all_of_them = self._contenders(report.footprints)
            for case in cases:
                report.values[case.name] = await check(case, all_of_them, self.size.checks)
            self._tell("All servers give the same answers.")
            for case in cases:
                asked = self._contenders(report.footprints)
                if case in _ALSO_AS_RESELLER:
                    asked.append(await self._reseller(case, asked[0]))
                report.results += await self._measured(by, case, asked, self.size.rounds)
                if case is cases[0]:
                    _look(report.footprints)
            _look(report.footprints)
            report.growth = await self._grown(all_of_them[0])
            await self._worked(by, stack, report, all_of_them[0])
        return report

    async def _grown(self, one: Contender) -> list[Growth]:
        if not self.size.repeats:
            return []
        found = await grow(self._database, one, self.size.repeats)
        self._tell("Measured how LIST grows.")
        return found

    async def _worked(
        self, by: Clients, stack: AsyncExitStack, report: Report, one: Contender
    ) -> None:
        """Several processes of this server beside one."""
        rounds = self.size.few_rounds
        if not rounds:
            return
        several = await self._started(stack, ours(_WORKERS))
        pair = [one, contenders.service(several.running, self.size.customers)]
        for case in (ONE, LIST):
            report.worked += await self._measured(by, case, pair, rounds)
        several.look()
        report.footprints.append(several)

    async def _started(self, stack: AsyncExitStack, peer: Peer) -> Footprint:
        found = await started(stack, peer, self._database.url, self._folder, self.size.starts)
        self._tell(f"{peer.name} was started in {found.starts[-1]:.2f} s.")
        return found

    async def _measured(
        self, by: Clients, case: Case, asked: Sequence[Contender], rounds: int
    ) -> list[Result]:
        settled = self._database.settled
        results = await measure(by, case, asked, self.size, rounds=rounds, settled=settled)
        for result in results:
            rates = " ".join(f"{each:,.0f}" for each in result.rates)
            self._tell(f"{case.name}, {result.name}: {rates} requests/s")
        return results

    async def _reseller(self, case: Case, service: Contender) -> Contender:
        """Who sees its own rows only must see the same of them."""
        found = contenders.reseller(service.running, self.size.customers)
        await check(case, [service, found], self.size.checks)
        return found

    def _contenders(self, footprints: Sequence[Footprint]) -> list[Contender]:
        made = []
        for each in footprints:
            is_ours = each.running.peer.name == OURS
            kind = contenders.service if is_ours else contenders.anybody
            made.append(kind(each.running, self.size.customers))
        return made


def _look(footprints: Sequence[Footprint]) -> None:
    for each in footprints:
        each.look()
