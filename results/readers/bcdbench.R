# Reads the records of bcdbench into one tidy data frame: a row for every iteration. Base R; jsonlite for the records themselves.
#
#   source("bcdbench.R")
#   runs <- load_bcdbench("out")                                    # or: load_bcdbench("out/export/iterations.csv")
#   plot(train_loss ~ iteration, subset(runs, variant == "BCD" & seed == 5), type = "l", log = "y")
#   aggregate(train_loss ~ variant, subset(runs, iteration == max(iteration)), median)

load_bcdbench <- function(out = "out") {
  if (grepl("\\.csv$", out)) return(read_bcdbench(out))
  if (!requireNamespace("jsonlite", quietly = TRUE))
    stop("without the package jsonlite: run 'bcdbench export' and load_bcdbench(\"", out, "/export/iterations.csv\")")
  files <- sort(list.files(file.path(out, "runs"), "\\.json$", full.names = TRUE))
  if (length(files) == 0) stop("no records in ", file.path(out, "runs"))
  parts <- lapply(files, function(file) tryCatch(record_bcdbench(file), error = function(fault) {
    warning(file, ": left out: ", conditionMessage(fault), call. = FALSE)
    NULL
  }))
  parts <- Filter(Negate(is.null), parts)
  if (length(parts) == 0) return(data.frame())
  columns <- unique(unlist(lapply(parts, names)))
  whole <- do.call(rbind, lapply(parts, function(part) {
    for (column in setdiff(columns, names(part))) part[[column]] <- NA
    part[columns]
  }))
  whole$seed <- number_bcdbench(whole$seed)
  for (column in grep("^dataset\\.", names(whole), value = TRUE))
    whole[[column]] <- utils::type.convert(whole[[column]], as.is = TRUE)
  whole
}

# One record; NULL for a run that ended before its first row.
record_bcdbench <- function(file) {
  facts <- jsonlite::fromJSON(file, bigint_as_char = TRUE)
  if (facts[["trace"]][["rows"]] == 0) return(NULL)
  trace <- read_bcdbench(sub("\\.json$", ".csv", file))
  if (nrow(trace) != facts[["trace"]][["rows"]]) stop("its trace is cut")
  settings <- c(list(record = facts[["id"]], status = facts[["status"]]), flat_bcdbench(facts[["config"]]))
  settings$seed <- as.character(settings$seed)
  cbind(as.data.frame(settings, check.names = FALSE, stringsAsFactors = FALSE), trace)
}

# A table as the program writes it. Seeds are whole numbers of up to 20 digits, of which a number of R holds 15.
read_bcdbench <- function(file) {
  names <- scan(file, "", nlines = 1, sep = ",", quote = "\"", quiet = TRUE, encoding = "UTF-8")
  classes <- ifelse(names == "seed", "character", NA)
  table <- utils::read.csv(file, check.names = FALSE, encoding = "UTF-8", colClasses = classes, na.strings = "")
  for (column in names(table)) {
    value <- table[[column]]
    if (is.character(value) && !all(is.na(value)) && all(value %in% c("true", "false", NA))) table[[column]] <- value == "true"
  }
  if ("seed" %in% names(table)) table$seed <- number_bcdbench(table$seed)
  table
}

number_bcdbench <- function(text) if (all(nchar(text) <= 15)) as.numeric(text) else text

# list(run = list(iterations = 5)) -> list(run.iterations = 5); what holds several values is a text of them.
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
