// Records as an SQLite database.
#pragma once

#include "experiments/report/tidy.hpp"

namespace bcd {

/// UsageError where the program was built without SQLite: how to get it.
void require_sqlite();

/// Tables runs (a row a run, every setting a column), trace (a row an iteration), promises, and columns, which says what each column
/// of the first two is and in which unit. One transaction in a temporary file that is renamed. Reads one trace at a time.
void write_sqlite(const std::vector<TidyRun>& runs, const TidyColumns& columns, const std::filesystem::path& file);

}  // namespace bcd
