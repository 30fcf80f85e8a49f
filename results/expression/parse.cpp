#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
#include "results/expression/expression.hpp"

namespace bcd {

namespace {

struct Function {
  Formula::Op op;
  int arguments;
};

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = {{"abs", {Formula::Op::abs, 1}}, {"exp", {Formula::Op::exp, 1}},
                                                      {"log", {Formula::Op::log, 1}}, {"max", {Formula::Op::max, 2}},
                                                      {"min", {Formula::Op::min, 2}}, {"sqrt", {Formula::Op::sqrt, 1}}};
  return all;
}

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
/// A column may be called slack:descent.block.
bool continues_name(char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == ':'; }

}  // namespace

/// Recursive descent over sum, product, sign, power and operand; writes the steps of the stack machine.
class FormulaParser {
 public:
  explicit FormulaParser(const std::string& text) : text_(text) {
    if (text.size() > kLongestFormula)
      throw UsageError("the formula has " + std::to_string(text.size()) + " characters; at most " +
                       std::to_string(kLongestFormula) + " are read");
  }

  Formula whole() {
    Formula formula = side();
    if (at_ < text_.size()) fail(at_, found() + "after the formula's end");
    return formula;
  }

  Inequality inequality() {
    Inequality made;
    made.text = text_;
    made.left = side();
    const std::optional<Inequality::Relation> relation = take_relation();
    if (!relation) fail(at_, found() + "where <=, >=, <, > or == is wanted");
    made.relation = *relation;
    made.right = side();
    if (at_ < text_.size()) fail(at_, found() + "after the inequality's end");
    return made;
  }

 private:
  using Op = Formula::Op;

  Formula side() {
    formula_ = {};
    skip();
    const std::size_t begin = at_;
    sum();
    formula_.text_ = text_.substr(begin, at_ - begin);
    formula_.text_.erase(formula_.text_.find_last_not_of(" \t\n") + 1);
    return std::move(formula_);
  }

  void sum() {
    product();
    while (true)
      if (take('+'))
        product(), push(Op::add);
      else if (take('-'))
        product(), push(Op::subtract);
      else
        return;
  }
  void product() {
    sign();
    while (true)
      if (take('*'))
        sign(), push(Op::multiply);
      else if (take('/'))
        sign(), push(Op::divide);
      else
        return;
  }
  void sign() {
    const Depth deeper(*this);
    if (take('-'))
      sign(), push(Op::negate);
    else if (take('+'))
      sign();
    else
      power();
  }
  void power() {
    operand();
    if (take('^')) sign(), push(Op::power);  // 2^-1, 2^3^2 = 2^(3^2)
  }

  void operand() {
    const Depth deeper(*this);
    const std::size_t begin = at_;
    if (take('(')) {
      sum();
      want(')');
    } else if (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.')) {
      push(Op::number).number = number();
    } else if (at_ < text_.size() && begins_name(text_[at_])) {
      const std::string name = word();
      if (take('(')) {
        call(name, begin);
      } else if (take('[')) {
        const RowIndex row = index();
        want(']');
        Formula::Step& step = push(Op::column);
        step.row = row;
        step.name = add_name({name, begin + 1, true});
      } else {
        push(Op::constant).name = add_name({name, begin + 1, false});
      }
    } else {
      fail(begin, found() + "where a number, a name or '(' is wanted");
    }
  }

  void call(const std::string& name, std::size_t begin) {
    const auto function = functions().find(name);
    if (function == functions().end()) {
      std::vector<std::string> valid;
      for (const auto& item : functions()) valid.push_back(item.first);
      fail(begin, unknown_name("function", name, valid));
    }
    for (int i = 0; i < function->second.arguments; ++i) {
      if (i > 0) want(',');
      sum();
    }
    want(')');
    push(function->second.op);
  }

  RowIndex index() {
    const std::size_t begin = at_;
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) return {RowIndex::Kind::at, whole_number()};
    if (at_ < text_.size() && begins_name(text_[at_])) {
      const std::string name = word();
      if (name == "last") return {RowIndex::Kind::last, 0};
      if (name == "k") return {RowIndex::Kind::lag, take('-') ? whole_number() : 0};
    }
    fail(begin, "an index is [k], [k-1], [0] or [last]");
  }

  std::size_t whole_number() {
    std::size_t value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value > 1000000000) fail(at_, "an iteration is a whole number");
    at_ += static_cast<std::size_t>(end - begin);
    skip();
    return value;
  }

  double number() {
    double value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) fail(at_, "this is no number that a computer holds");
    at_ += static_cast<std::size_t>(end - begin);
    skip();
    return value;
  }

  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    const std::string name = text_.substr(begin, at_ - begin);
    skip();
    return name;
  }

  std::optional<Inequality::Relation> take_relation() {
    using Relation = Inequality::Relation;
    static const std::vector<std::pair<std::string, Relation>> all = {{"<=", Relation::at_most},
                                                                      {">=", Relation::at_least},
                                                                      {"==", Relation::equal},
                                                                      {"<", Relation::below},
                                                                      {">", Relation::above}};
    for (const auto& [sign, relation] : all)
      if (text_.compare(at_, sign.size(), sign) == 0) {
        at_ += sign.size();
        skip();
        return relation;
      }
    return std::nullopt;
  }

  void skip() {
    while (at_ < text_.size() && std::string(" \t\n").find(text_[at_]) != std::string::npos) ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    skip();
    return true;
  }
  void want(char c) {
    if (!take(c)) fail(at_, found() + "where '" + std::string(1, c) + "' is wanted");
  }
  /// What stands here, to begin a message with.
  std::string found() const {
    return at_ < text_.size() ? "'" + printable(text_.substr(at_, 1)) + "' stands " : "the text ends ";
  }
  [[noreturn]] static void fail(std::size_t at, const std::string& what) {
    throw UsageError("column " + std::to_string(at + 1) + ": " + what);
  }

  Formula::Step& push(Op op) {
    formula_.steps_.push_back({op});
    return formula_.steps_.back();
  }
  std::size_t add_name(Formula::Name name) {
    formula_.names_.push_back(std::move(name));
    return formula_.names_.size() - 1;
  }

  struct Depth {
    explicit Depth(FormulaParser& parser) : depth(parser.depth_) {
      if (++depth > 2 * kDeepestFormula)
        fail(parser.at_, "parentheses and signs lie deeper than " + std::to_string(kDeepestFormula));
    }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --depth; }
    int& depth;
  };

  const std::string& text_;
  Formula formula_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

std::string RowIndex::text() const {
  if (kind == Kind::last) return "[last]";
  if (kind == Kind::at) return "[" + std::to_string(number) + "]";
  return number == 0 ? "[k]" : "[k-" + std::to_string(number) + "]";
}

Formula Formula::parse(const std::string& text) { return FormulaParser(text).whole(); }

bool Formula::uses_last() const {
  return std::any_of(steps_.begin(), steps_.end(),
                     [](const Step& step) { return step.op == Op::column && step.row.kind == RowIndex::Kind::last; });
}

Inequality Inequality::parse(const std::string& text) { return FormulaParser(text).inequality(); }

std::vector<Formula::Name> Inequality::names() const {
  std::vector<Formula::Name> all = left.names();
  all.insert(all.end(), right.names().begin(), right.names().end());
  return all;
}

bool is_formula_name(const std::string& text) {
  const auto plain = [](char c) { return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)); };
  return !text.empty() && begins_name(text[0]) && std::all_of(text.begin(), text.end(), plain) && !functions().contains(text) &&
         text != "last" && std::find(kFormulaConstants.begin(), kFormulaConstants.end(), text) == kFormulaConstants.end();
}

}  // namespace bcd
