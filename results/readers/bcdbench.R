# Reads the records of bcdbench into one tidy data frame: a row for every iteration. Base R; jsonlite for the records themselves.
#
#   source("bcdbench.R")
#   runs <- load_bcdbench("out")                                    # or: load_bcdbench("out/export/iterations.csv")
#   plot(train_loss ~ iteration, subset(runs, variant == "BCD" & seed == 5), type = "l", log = "y")
#   aggregate(train_loss ~ variant, subset(runs, iteration == max(iteration)), median)

load_bcdbench <- function(out = "out") {
  if (grepl("\\.csv$", out)) return(utils::read.csv(out, check.names = FALSE))
  if (!requireNamespace("jsonlite", quietly = TRUE))
    stop("without the package jsonlite: run 'bcdbench export' and load_bcdbench(\"", out, "/export/iterations.csv\")")
  files <- sort(list.files(file.path(out, "runs"), "\\.json$", full.names = TRUE))
  if (length(files) == 0) stop("no records in ", file.path(out, "runs"))
  parts <- lapply(files, function(file) {
    facts <- jsonlite::fromJSON(file)
    trace <- utils::read.csv(sub("\\.json$", ".csv", file), check.names = FALSE)
    if (nrow(trace) != facts$trace$rows) stop(file, ": its trace is cut")
    settings <- flat_bcdbench(facts$config)
    settings <- c(list(record = facts$id, status = facts$status), settings)
    if (nrow(trace) == 0) return(NULL)
    cbind(as.data.frame(settings, check.names = FALSE, stringsAsFactors = FALSE), trace)
  })
  parts <- Filter(Negate(is.null), parts)
  columns <- unique(unlist(lapply(parts, names)))
  do.call(rbind, lapply(parts, function(part) {
    for (column in setdiff(columns, names(part))) part[[column]] <- NA
    part[columns]
  }))
}

flat_bcdbench <- function(value, name = "") {
  if (!is.list(value)) {
    if (length(value) != 1) value <- paste(value, collapse = ",")
    return(stats::setNames(list(value), name))
  }
  flat <- list()
  for (key in names(value))
    flat <- c(flat, flat_bcdbench(value[[key]], if (name == "") key else paste0(name, ".", key)))
  flat
}
