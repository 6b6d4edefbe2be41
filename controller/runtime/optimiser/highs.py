"""HiGHS as the solver of programmes; one thread, so that the rest of the machine goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping

import highspy
import numpy as np

from controller.logic.optimiser.programme import Programme, Solved

_WITH_SOLUTION = 2
"""``primal_solution_status``: feasible."""
_DEAR = ("mip_heuristic_run_rins", "mip_heuristic_run_rens", "mip_heuristic_run_root_reduced_cost")
"""Heuristics that solve smaller programmes of their own: they took nine tenths of the time, branching takes less."""


class Highs:
    """Solves one programme after the other."""

    def solve(self, programme: Programme, start: Mapping[int, float], limit_s: float, gap: float) -> Solved | None:
        """As ``Solver.solve``."""
        begun = time.perf_counter()
        highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor carries no types
        highs.silent()
        highs.setOptionValue("threads", 1)
        highs.setOptionValue("time_limit", limit_s)
        highs.setOptionValue("mip_rel_gap", gap)
        for heuristic in _DEAR:
            highs.setOptionValue(heuristic, False)
        highs.passModel(_lp(programme))
        if start:
            columns = np.array(sorted(start), dtype=np.int32)
            highs.setSolution(len(columns), columns, np.array([start[int(one)] for one in columns]))
        if highs.run() == highspy.HighsStatus.kError:
            # Undoing its presolve failed (seen on relaxed programmes of forty reaches): once more without.
            highs.clearSolver()
            highs.setOptionValue("presolve", "off")
            highs.setOptionValue("time_limit", max(0.1, limit_s - (time.perf_counter() - begun)))
            highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != _WITH_SOLUTION:
            return None
        solution = highs.getSolution()
        found = tuple(float(value) for value in solution.col_value)
        seconds = time.perf_counter() - begun
        if programme.whole:
            return Solved(found, float(info.mip_gap), seconds)
        return Solved(found, 0.0, seconds, tuple(float(price) for price in solution.row_dual))


def _lp(programme: Programme) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(programme.costs), len(programme.row_lows)
    lp.col_cost_ = np.array(programme.costs)
    lp.col_lower_, lp.col_upper_ = np.array(programme.lows), np.array(programme.highs)
    lp.row_lower_, lp.row_upper_ = np.array(programme.row_lows), np.array(programme.row_highs)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(programme.starts)
    lp.a_matrix_.index_, lp.a_matrix_.value_ = np.array(programme.indices), np.array(programme.values)
    kinds = [highspy.HighsVarType.kContinuous] * len(programme.costs)
    for column in programme.whole:
        kinds[column] = highspy.HighsVarType.kInteger
    if programme.whole:
        lp.integrality_ = kinds
    return lp
