#include <map>

#include "experiments/report/certificate.hpp"
#include "plots/report/html.hpp"

namespace bcd {

using html::mathematics;
namespace {

const std::string kStyle =
    R"(:root { color-scheme: light dark; --soft: #59626e; --line: #d9dee4; --good: #1a7f4b; --bad: #b42318; --odd: #8a5d00 }
@media (prefers-color-scheme: dark) { :root { --soft: #a3adba; --line: #3a424d; --good: #4cc38a; --bad: #ff8b7e; --odd: #e2b340 } }
body { margin: 2rem auto; max-width: 62rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .2rem 0 } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem }
.soft, figcaption { color: var(--soft) } .small { font-size: .85rem }
.item { border-top: 1px solid var(--line); padding: .8rem 0 }
.item > header { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline }
.item h3 { margin: 0; font-size: 1rem } .v { font-weight: 600; text-align: right }
.holds, .reproduced, .supports { color: var(--good) } .fails, .against { color: var(--bad) }
.corrected, .open { color: var(--odd) } .none { color: var(--soft) }
blockquote { margin: .6rem 0; padding-left: .8rem; border-left: 3px solid var(--line); white-space: pre-line }
details { margin: .4rem 0 } summary { cursor: pointer } li { margin: .5rem 0 }
code { font-size: .82rem; overflow-wrap: anywhere } table { border-collapse: collapse; font-size: .82rem }
td, th { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
.scroll { overflow-x: auto } p, ul { margin: .4rem 0 }
@media print { body { margin: 0; max-width: none; font-size: 11px } .item { break-inside: avoid } }
)";

std::string text(const OrderedJson& object, const char* key) { return object.value(key, std::string()); }

std::string class_of(const std::string& verdict) {
  if (verdict == "holds" || verdict == "reproduced" || verdict == "fails") return verdict;
  if (verdict == "holds as corrected") return "corrected";
  return verdict == "no claim" || verdict == "not run" || verdict == "not testable" ? "none" : "open";
}

std::string words(const OrderedJson& object) {
  const std::string quote = text(object, "quote"), place = text(object, "place");
  std::string out = quote.empty() ? "" : "<q>" + mathematics(quote) + "</q> ";
  return out + (place.empty() ? "" : "<span class=\"soft\">" + mathematics(place) + "</span>");
}

std::string reply_html(const OrderedJson& object) {
  const std::string reply = text(object, "reply");
  return reply.empty() ? ""
                       : "<figure><figcaption>The authors reply</figcaption><blockquote>" + escape_markup(reply) +
                             "</blockquote></figure>\n";
}

std::string row_html(const OrderedJson& row) {
  std::string out = "<li>" + mathematics(text(row, "statement")) + " <b class=\"" + text(row, "finding") + "\">" +
                    escape_markup(text(row, "verdict")) + "</b>";
  out += "<br><span class=\"small soft\">" + escape_markup(text(row, "origin")) + "; " + words(row);
  for (const char* key : {"basis", "implied_by", "corrects"})
    if (const std::string value = text(row, key); !value.empty())
      out += "; " + std::string(key == std::string("implied_by") ? "implied by" : key) + ": " + mathematics(value);
  out += "</span><br><span class=\"small\">measured: " + escape_markup(text(row, "measured")) +
         (text(row, "reported").empty() ? "" : "; the paper: " + escape_markup(text(row, "reported"))) + "</span>";
  out += "<br><span class=\"small soft\">" + escape_markup(text(row, "evidence")) + "</span><br><code>" +
         escape_markup(text(row, "claim")) + "</code> <code>" + escape_markup(text(row, "command")) +
         "</code> <span class=\"small soft\">from: " + escape_markup(text(row, "source")) + "</span>";
  return out + "</li>\n";
}

std::string item_html(const OrderedJson& item, const std::map<std::string, const OrderedJson*>& rows) {
  const std::string verdict = text(item, "verdict");
  std::string out =
      "<section class=\"item\"><header><h3>" + mathematics(text(item, "item")) + "</h3><span class=\"v " + class_of(verdict) +
      "\">" + escape_markup(verdict == "not reproduced" ? "not reproduced under the settings tried" : verdict) +
      "</span></header>\n<p>" + mathematics(text(item, "states")) + " " + words(item) + "</p>\n" + reply_html(item);
  std::string list;
  for (const OrderedJson& id : item.at("claims")) list += row_html(*rows.at(id.get<std::string>()));
  if (!list.empty())
    out +=
        "<details><summary class=\"small\">" + mathematics(text(item, "note")) + "</summary><ul>" + list + "</ul></details>\n";
  return out + "</section>\n";
}

std::string counts_text(const OrderedJson& counts) {
  std::string out;
  for (const auto& [word, count] : counts.items()) out += (out.empty() ? "" : ", ") + count.dump() + " " + word;
  return escape_markup(out);
}

std::string records_html(const OrderedJson& records) {
  if (records.empty()) return "<p class=\"soft\">No record: every verdict is the committed reference's.</p>\n";
  std::string rows;
  for (const OrderedJson& record : records) {
    std::string sums;
    for (const auto& [name, sum] : record.at("sha256").items())
      sums += "<code>" + sum.get<std::string>() + "</code> " + name + "<br>";
    rows += "<tr><td>" + escape_markup(text(record, "experiment")) + "<br>" + escape_markup(text(record, "variant")) +
            ", seed " + record.at("seed").dump() + "</td><td>" + sums + "</td><td>" + escape_markup(text(record, "date")) +
            "<br>" + escape_markup(text(record, "cpu")) + "</td></tr>\n";
  }
  return "<div class=\"scroll\"><table><tr><th>Run</th><th>SHA-256</th><th>Made</th></tr>" + rows + "</table></div>\n";
}

}  // namespace

std::string certificate_page(const OrderedJson& c) {
  std::map<std::string, const OrderedJson*> rows;
  for (const OrderedJson& row : c.at("claims")) rows[text(row, "claim")] = &row;
  std::string items, commands;
  for (const OrderedJson& item : c.at("items")) items += item_html(item, rows);
  for (const OrderedJson& command : c.at("commands"))
    commands += "<code>" + escape_markup(command.get<std::string>()) + "</code><br>";
  const OrderedJson& paper = c.at("paper");
  const std::string title = text(paper, "title");
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<title>Certificate: " +
         escape_markup(title) + "</title><style>" + kStyle +
         "</style></head>\n<body>\n<p class=\"soft\">Certificate of reproduction</p><h1>" + mathematics(title) + "</h1>\n<p>" +
         escape_markup(text(paper, "authors")) + ", " + escape_markup(text(paper, "published")) + ". <a href=\"" +
         escape_markup(text(paper, "link")) + "\">" + escape_markup(text(paper, "link")) + "</a></p>\n<p>" +
         mathematics(text(c, "summary")) + "</p>\n<p>Items: " + counts_text(c.at("items_by_verdict")) +
         ".<br>Rows: " + counts_text(c.at("rows_by_finding")) + ".</p>\n<p class=\"soft small\">Made by " +
         escape_markup(text(c.at("program"), "program")) + ", commit <code>" + escape_markup(text(c.at("program"), "commit")) +
         "</code>, scale " + escape_markup(text(c, "scale")) + ". To make it again:<br>" + commands + "</p>\n" + reply_html(c) +
         "<h2>What the paper states, item by item</h2>\n" + items + "<h2>The records</h2>\n" + records_html(c.at("records")) +
         "</body></html>\n";
}

}  // namespace bcd
