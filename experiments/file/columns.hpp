// The columns that traces may have: a formula, figure, claim or stop that names another one is found when the file loads.
#pragma once

#include "experiments/experiment.hpp"
#include "experiments/file/variants.hpp"

namespace bcd {

/// Columns that every trace may have; algorithm, audit and command add others.
const std::vector<std::string>& trace_columns();

/// The part of the iterate that a requested column is of: "step2.W3" -> "W3"; empty: of all.
std::string part_of(const std::string& column);

/// Throws UsageError, with the columns that there are, for a name that can be no column of any variant it speaks of. `variants`:
/// all of the file, also those that the command line leaves out. A shared library or a command may add any column: where only
/// one of them can have the name, its runs get it as NamedColumn.
/// `as_written`: nothing was set by the command line, so that also a column is refused that the file's own settings rule out: of a
/// layer that is not there, of an audit that is off.
void check_columns(Experiment& experiment, const std::vector<Variant>& variants, bool as_written);

/// What is wrong with a trace that has two rows and not the columns that `planned` must have; else empty.
std::string missing_column(const PlannedRun& planned, const std::vector<std::string>& columns);

}  // namespace bcd
