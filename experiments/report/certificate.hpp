// The certificate of a paper: its items, what was found and the evidence, in one folder that can be checked and handed over.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/report/row_text.hpp"
#include "experiments/run/lookup.hpp"

namespace bcd {

struct CertificateOrder {
  std::string paper, scale;
  Shelf shelf;                    ///< the records
  std::filesystem::path to;       ///< the folder to write
  std::filesystem::path replies;  ///< the authors' reply; empty: where it usually lies
};

/// Writes certificate.json, index.html and SHA256SUMS; returns their paths. The same records give the same bytes: the only dates are
/// those of the records. Throws UsageError for a paper that is unknown or has no claims.
std::vector<std::filesystem::path> write_certificate(const CertificateOrder& order);

/// The certificate as one page, without a single address outside of it but the paper's.
std::string certificate_page(const OrderedJson& certificate);

}  // namespace bcd
