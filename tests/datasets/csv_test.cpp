#include <algorithm>
#include <cmath>
#include <set>

#include "datasets/sha256.hpp"
#include "tests/datasets/own_files.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

/// Rows of a matrix as a test writes them.
Matrix<double> matrix(std::initializer_list<std::initializer_list<double>> rows) {
  Matrix<double> M(static_cast<Index>(rows.size()), static_cast<Index>(rows.begin()->size()));
  Index i = 0;
  for (const auto& row : rows) {
    Index j = 0;
    for (const double x : row) M(i, j++) = x;
    ++i;
  }
  return M;
}

}  // namespace

TEST_CASE("A CSV file becomes inputs and real targets, samples as columns", "[datasets][file]") {
  const OwnFiles files;
  const std::string text = "a,b,y\n1,2,0.5\n3,4.25,-1e3\n";
  const Dataset<double> data = files.csv(text);
  CHECK(data.name == "file");
  CHECK(data.X == matrix({{1, 3}, {2, 4.25}}));
  CHECK(data.Y == matrix({{0.5, -1000}}));
  CHECK_FALSE(data.classification());
  CHECK(data.X_test.cols() == 0);
  CHECK(data.checksum == sha256(text));  // what sha256sum prints
  CHECK(data.origin == files.path("my.csv"));
}

TEST_CASE("However a table is written, its numbers are the same", "[datasets][file]") {
  const OwnFiles files;
  const std::string text = GENERATE(
      as<std::string>{},                      //
      "a,b,y\n1.5,2,0.25\n3,4,-7.5\n",        // the plain form
      "a;b;y\r\n1,5;2;0,25\r\n3;4;-7,5\r\n",  // semicolons and decimal commas, line ends of Windows
      "a\tb\ty\r1.5\t2\t0.25\r3\t4\t-7.5",    // tabs, line ends of old Macs, no last one
      "\xef\xbb\xbf"
      "a,b,y\n1.5,2,0.25\n3,4,-7.5\n",           // byte order mark
      "a|b|y\n+1.5|2|.25\n3.|4|-75e-1\n",        //
      "  a b   y\n 1.5   2 0.25 \n 3 4 -7.5\n",  // numpy.savetxt
      "# made by hand\n\na,b,y\n1.5,2,0.25\n\n   \n3,4,-7.5\n\n", "\"a\",\"b\",\"y\"\n\"1.5\", \"2\" ,0.25\n3,4,\"-7.5\"\n");
  INFO(text);
  const Dataset<double> data = files.csv(text);
  CHECK(data.X == matrix({{1.5, 3}, {2, 4}}));
  CHECK(data.Y == matrix({{0.25, -7.5}}));
}

TEST_CASE("A packed table is the table", "[datasets][file]") {
  const OwnFiles files;
  const std::string text = "a,y\n1,0.5\n2,1.5\n";
  const Dataset<double> plain = files.csv(text);
  write_gz(files.folder.path / "packed.csv.gz", Bytes(text.begin(), text.end()));
  const Dataset<double> packed = files.load({{"path", files.path("packed.csv.gz")}, {"target", "y"}});
  CHECK(packed.X == plain.X);
  CHECK(packed.checksum == plain.checksum);
}

TEST_CASE("Fields in quotes may hold separators, quotes and line breaks", "[datasets][file]") {
  const OwnFiles files;
  const std::string text = "\"x, first\",kind\n1,\"a \"\"b\"\"\"\n2,\"c\nd\"\n3,\"e,f\"\n";
  const Dataset<double> data = files.csv(text, {{"target", "kind"}});
  CHECK(data.X == matrix({{1, 2, 3}}));
  CHECK(data.class_names == std::vector<std::string>{"a \"b\"", "c\nd", "e,f"});
  CHECK(files.csv("\"x, first\",b\n1.5,2\n", {{"target", "x, first"}}).Y(0, 0) == 1.5);  // a name with a comma is a name
}

TEST_CASE("Columns are named, numbered and left out", "[datasets][file]") {
  const OwnFiles files;
  const std::string named = "id,a,y1,y2\n7,1,0.5,1.5\n8,2,2.5,3.5\n", bare = "7,1,0.5\n8,2,2.5\n";
  const Dataset<double> two = files.csv(named, {{"target", "y2,y1"}, {"ignore", "id"}});
  CHECK(two.X == matrix({{1, 2}}));
  CHECK(two.Y == matrix({{1.5, 3.5}, {0.5, 2.5}}));
  CHECK(files.csv(bare, {{"target", "3"}}).X == matrix({{7, 8}, {1, 2}}));
  CHECK(files.csv(bare, {{"target", "3"}, {"ignore", "1"}}).X == matrix({{1, 2}}));
}

TEST_CASE("Classes are found by themselves", "[datasets][file]") {
  const OwnFiles files;
  const Dataset<double> numbers = files.csv("x,y\n1,10\n2,9\n3,10\n4,-1\n");
  CHECK(numbers.class_names == std::vector<std::string>{"-1", "9", "10"});  // by size, not by letters
  CHECK(numbers.labels == std::vector<int>{2, 1, 2, 0});
  CHECK(numbers.Y == matrix({{0, 0, 0, 1}, {0, 1, 0, 0}, {1, 0, 1, 0}}));
  const Dataset<double> words = files.csv("x,y\n1,b\n2,a\n3,3\n");
  CHECK(words.class_names == std::vector<std::string>{"3", "a", "b"});
  CHECK(words.labels == std::vector<int>{2, 1, 0});
  const Dataset<double> rows = files.csv("x,p,q,r\n1,0,1,0\n2,1,0,0\n3,0,0,1\n", {{"target", "p,q,r"}});
  CHECK(rows.labels == std::vector<int>{1, 0, 2});
  CHECK(files.load({{"path", files.write("s.csv", "x,y\n1,-1\n2,1\n")}, {"target", "y"}}, TargetCode::signed_one).Y ==
        matrix({{1, -1}, {-1, 1}}));
  // Not classes: a fraction, more than 20 values, what the user says.
  std::string many = "x,y\n";
  for (int i = 0; i < 21; ++i) many += "1," + std::to_string(i) + "\n";
  CHECK_FALSE(files.csv(many).classification());
  CHECK_FALSE(files.csv("x,y\n1,1\n2,2.5\n").classification());
  CHECK_FALSE(files.csv("x,y\n1,1\n2,2\n", {{"target", "y"}, {"targets", "real"}}).classification());
  CHECK(files.csv(many, {{"target", "y"}, {"targets", "classes"}}).class_names.size() == 21);
}

TEST_CASE("Every fault of a table has its line, its column and a remedy", "[datasets][file][error]") {
  const OwnFiles files;
  const auto says = [&](const std::string& text, const std::string& what, const DatasetOptions& options = {{"target", "y"}}) {
    const std::string fault = files.fault(text, options);
    INFO(text.substr(0, 100));
    CHECK_THAT(fault, Contains(what) && Contains("my.csv: ") && Contains("; "));
  };
  says("a,y\n1,2\n3,x4\n", "line 3, column 2 ('y')", {{"target", "1"}});
  says("a,y\n1,2.5\nabc,4\n", "line 3, column 1 ('a'): 'abc' is no number");
  says("a,y\n1,2.5\n,4\n", "line 3, column 1 ('a') has no value; write missing = \"drop\"");
  says("a,y\n1,2.5\n4,NA\n", "line 3, column 2 ('y') has no value");
  says("a,y\n1,2.5\n1e400,4\n", "line 3, column 1 ('a'): '1e400' is not finite");
  says("a,y\n1,2.5\n-inf,4\n", "line 3, column 1 ('a'): '-inf' is not finite");
  says("a,y\n1,2\n3\n5,6\n", "line 3 has 1 fields, the rows before it have 2");
  says("a,y\n1,2\n3,4,5\n", "line 3 has more fields, the rows before it have 2");
  says("a,y\n1,2\n3,\"4\n5,6\n", "line 3, column 2 opens a quote that is never closed");
  says("a,y\n1,2\n3,\"4\"5\n", "line 3, column 2 goes on behind its closing quote");
  says(std::string("a,y\n1,2\n3,\0\n", 12), "line 3, column 2 holds a NUL byte");
  says(
      "\xff\xfe"
      "a",
      "UTF-16; save it as UTF-8");
  says("", "has no rows");
  says("# nothing\n\n", "has no rows");
  says("a,y\n", "a row of names and no samples");
  says("a,b\n1,2\n", "there is no column 'y' among its 2", {{"target", "y"}});
  says("alpha,beta\n1,2\n", "did you mean 'beta'?", {{"target", "bta"}});
  says("a,b\n1,2\n", "it is not said which of its 2 columns are the targets", {});
  says("a,a\n1,2\n", "two columns are called 'a'", {{"target", "a"}});
  says("a,y\n1,2\n", "named twice", {{"target", "y"}, {"ignore", "2"}});
  says("y\n1\n", "no column is left to be an input", {{"target", "y"}});
  says("a,y\n1,w\n", "the target holds words", {{"target", "y"}, {"targets", "real"}});
  std::string wide = "1";
  for (int c = 0; c < 1000000; ++c) wide += ",1";
  says(wide + "\n", "line 1 has more than 1000000 columns");
}

TEST_CASE("Options that do not fit each other are said before a file is read", "[datasets][file][error]") {
  const OwnFiles files;
  const auto fault = [&](const DatasetOptions& options) { return usage_error([&] { files.load(options); }); };
  CHECK_THAT(fault({}), Contains("it needs path"));
  CHECK_THAT(fault({{"path", "/none.csv"}, {"X", "/none"}}), Contains("exclude each other"));
  CHECK_THAT(fault({{"X", "/none"}}), Contains("X and Y belong together"));
  CHECK_THAT(fault({{"path", "/none.csv"}, {"target", "y"}}), Contains("/none.csv: the file is missing; check the path"));
  CHECK_THAT(fault({{"path", files.folder.path.string()}, {"target", "y"}}), Contains("this is not a file"));
  CHECK_THAT(fault({{"path", files.write("a.csv", "a,y\n1,2\n")}, {"target", "y"}, {"separator", "ab"}}),
             Contains("separator must be auto, tab, blank or one character"));
  CHECK_THAT(
      fault({{"path", files.path("a.csv")}, {"test_path", files.path("a.csv")}, {"target", "y"}, {"test_fraction", "0.5"}}),
      Contains("exclude each other"));
  CHECK_THAT(fault({{"path", files.path("a.csv")}, {"target", "y"}, {"n", "2"}}), Contains("between 1 and 1"));
}

TEST_CASE("Missing values are refused, left out, or the training mean", "[datasets][file]") {
  const OwnFiles files;
  const std::string text = "a,b,y\n1,2,0.5\n,4,1.5\n5,NaN,2.5\n6,8,?\n";
  DatasetOptions options{{"target", "y"}, {"missing", "drop"}};
  CHECK(files.csv(text, options).X == matrix({{1}, {2}}));
  options["missing"] = "mean";
  CHECK_THAT(files.fault(text, options), Contains("sample 4 has no target"));
  const Dataset<double> data = files.csv("a,b,y\n1,2,0.5\n,4,1.5\n5,NaN,2.5\n", options);
  CHECK(data.X == matrix({{1, 3, 5}, {2, 4, 3}}));
  // The mean is that of the training samples.
  options["test_path"] = files.write("test.csv", "a,b,y\n,100,0.5\n");
  CHECK(files.csv("a,b,y\n1,2,0.5\n4,3,0.75\n", options).X_test == matrix({{2.5}, {100}}));
}

TEST_CASE("A share is set aside for testing: seeded, stratified, whatever the order of the options", "[datasets][file]") {
  const OwnFiles files;
  std::string text = "x,y\n";
  for (int i = 0; i < 100; ++i) text += std::to_string(i) + (i % 10 == 0 ? ",rare\n" : ",common\n");
  const auto options = [](const std::string& seed) {
    return DatasetOptions{{"split_seed", seed}, {"target", "y"}, {"test_fraction", "0.2"}};
  };
  const Dataset<double> data = files.csv(text, options("1"));
  REQUIRE(data.X.cols() == 80);
  REQUIRE(data.X_test.cols() == 20);
  CHECK(std::count(data.labels_test.begin(), data.labels_test.end(), 1) == 2);  // a fifth of the rare ones
  std::set<double> seen(data.X.data(), data.X.data() + 80);
  seen.insert(data.X_test.data(), data.X_test.data() + 20);
  CHECK(seen.size() == 100);  // every sample once
  for (Index j = 0; j < 20; ++j)
    CHECK(data.labels_test[static_cast<std::size_t>(j)] == (std::fmod(data.X_test(0, j), 10) == 0));
  CHECK(files.csv(text, options("1")).X_test == data.X_test);
  CHECK(files.csv(text, options("2")).X_test != data.X_test);
  DatasetOptions run = options("run");
  run["path"] = files.path("my.csv");
  CHECK(files.load(run, TargetCode::real, 2).X_test == files.csv(text, options("2")).X_test);
  // Never the last sample of a class; real targets are one group.
  const Dataset<double> tiny = files.csv("x,y\n1,a\n2,b\n3,b\n", {{"target", "y"}, {"test_fraction", "0.9"}});
  CHECK(std::count(tiny.labels.begin(), tiny.labels.end(), 0) == 1);
  CHECK(std::count(tiny.labels.begin(), tiny.labels.end(), 1) == 1);
  CHECK(files.csv("x,y\n1,0.5\n2,1\n3,2\n4,3\n", {{"target", "y"}, {"test_fraction", "0.25"}}).X_test.cols() == 1);
}

TEST_CASE("Scalings go by the training samples", "[datasets][file]") {
  const OwnFiles files;
  DatasetOptions options{{"target", "y"}, {"test_path", files.write("test.csv", "a,c,y\n7,5,3\n")}, {"scaling", "minmax"}};
  const std::string text = "a,c,y\n1,4,0.5\n3,4,1.5\n";
  CHECK(files.csv(text, options).X == matrix({{0, 1}, {0, 0}}));
  CHECK(files.csv(text, options).X_test == matrix({{3}, {1}}));
  options["scaling"] = "standardise";
  options["target_scaling"] = "standardise";
  CHECK(files.csv(text, options).X == matrix({{-1, 1}, {0, 0}}));  // mean 2, deviation 1
  CHECK(files.csv(text, options).Y_test == matrix({{4}}));         // (3 - 1) / 0.5
  options["scaling"] = "pixel";
  CHECK(files.csv(text, options).X(0, 0) == 1.0 / 255);
}

TEST_CASE("Inputs and targets may come from two files, training and test samples too", "[datasets][file]") {
  const OwnFiles files;
  DatasetOptions options{{"X", files.write("X.csv", "1,2\n3,4\n5,6\n")}, {"Y", files.write("Y.csv", "0.5\n1.5\n2.5\n")}};
  const Dataset<double> data = files.load(options);
  CHECK(data.X == matrix({{1, 3, 5}, {2, 4, 6}}));
  CHECK(data.Y == matrix({{0.5, 1.5, 2.5}}));
  CHECK(data.checksum == sha256(sha256("1,2\n3,4\n5,6\n") + "  X\n" + sha256("0.5\n1.5\n2.5\n") + "  Y\n"));
  options["X_test"] = files.write("Xt.csv", "7,8\n");
  options["Y_test"] = files.write("Yt.csv", "3.5\n");
  CHECK(files.load(options).X_test == matrix({{7}, {8}}));
  files.write("Yt.csv", "3.5\n4\n");
  CHECK_THAT(usage_error([&] { files.load(options); }), Contains("Yt.csv: it has 2 samples, and") && Contains("has 1"));
  files.write("Xt.csv", "7,8,9\n6,5,4\n");
  CHECK_THAT(usage_error([&] { files.load(options); }), Contains("Xt.csv: it has 3 inputs"));
}

TEST_CASE("More memory than is allowed is said before it is taken", "[datasets][file][error]") {
  const OwnFiles files;
  std::string wide = "0.5";
  for (int c = 1; c < 40000; ++c) wide += ",1";
  const std::string fault = files.fault(wide + "\n", {{"target", "1"}, {"memory_limit", "0.0005"}});
  CHECK_THAT(fault, Contains("1 samples of 40000 numbers need 720 kB") && Contains("above the limit of 500 kB") &&
                        Contains("memory_limit"));
  CHECK(files.csv(wide + "\n", {{"target", "1"}}).X.rows() == 39999);
  const Bytes zeros(std::size_t{4} << 20, '0');
  write_gz(files.folder.path / "bomb.csv.gz", zeros);
  CHECK_THAT(usage_error([&] {
               files.load({{"path", files.path("bomb.csv.gz")}, {"target", "1"}, {"memory_limit", "0.001"}});
             }),
             Contains("unpacks to more than 500000 bytes"));
}

TEST_CASE("The files' checksums name them, not their paths", "[datasets][file]") {
  const OwnFiles files;
  const std::string text = "a,y\n1,2\n";
  CHECK(dataset_files("file", {{"path", files.write("a.csv", text)}}) ==
        std::map<std::string, std::string>{{"path", sha256(text)}});
  CHECK(dataset_files("file", {{"path", files.write("b.csv", text)}, {"target", "y"}}).at("path") == sha256(text));
  files.write("b.csv", text + "3,4\n");
  CHECK(dataset_files("file", {{"path", files.path("b.csv")}}).at("path") == sha256(text + "3,4\n"));
  CHECK(dataset_files("bodyfat", {}).empty());
}

TEST_CASE("Inputs of words are refused, or become zeros and ones", "[datasets][file][categorical]") {
  const OwnFiles files;
  const std::string table = "x,colour,y\n1,red,1.5\n2,blue,2.5\n3,red,3.5\n";
  CHECK_THAT(files.fault(table),
             Contains("line 2, column 2 ('colour'): 'red' is no number") && Contains("categorical = \"one-hot\""));
  CHECK_THAT(files.fault("x,y,z\n1,2,3\n2,z,3\n", {{"target", "y,z"}}), Contains("'z' is no number") && !Contains("one-hot"));
  const DatasetOptions one_hot = {{"target", "y"}, {"categorical", "one-hot"}};
  const Dataset<double> data = files.csv(table, one_hot);
  Matrix<double> expected(3, 3);  // x, blue, red
  expected << 1, 2, 3, 0, 1, 0, 1, 0, 1;
  CHECK(data.X == expected);
  CHECK_THAT(data.understood.back(), Contains("the words of the input 'colour' are 2 inputs of zeros and ones: 'blue', 'red'"));
  // Numbers among words are words, missing values the shares of the training samples.
  DatasetOptions mean = one_hot;
  mean["missing"] = "mean";
  const Dataset<double> holes = files.csv("colour,y\nred,1.5\n7,2.5\n,3.5\nred,4.5\n,5.5\nred,6.5\n", mean);
  REQUIRE(holes.X.rows() == 2);
  CHECK(holes.X.col(1) == Vector<double>(Vector<double>::Unit(2, 0)));
  CHECK(holes.X(0, 2) == 0.25);
  CHECK(holes.X(1, 4) == 0.75);
  CHECK_THAT(files.fault("colour,y\nred,1.5\n,2.5\n", one_hot), Contains("line 3, column 1 ('colour') has no value"));

  // The training samples define the coding, also where the test file has other words in other places.
  DatasetOptions two = one_hot;
  two["test_path"] = files.write("test.csv", "x,colour,y\n4,azure,1.5\n5,red,2.5\n6,green,3.5\n7,azure,3.5\n");
  const Dataset<double> tested = files.csv(table, two);
  Matrix<double> coded(3, 4);
  coded << 4, 5, 6, 7, 0, 0, 0, 0, 0, 1, 0, 0;
  CHECK(tested.X == expected);
  CHECK(tested.X_test == coded);
  CHECK_THAT(tested.understood.back(),
             Contains("3 test samples have a word of 'colour' that no training sample has ('azure', 'green'): all zero"));
  two["n"] = "2";
  two["scaling"] = "minmax";
  CHECK(files.csv(table, two).X.row(2) == Matrix<double>(expected.row(2).head(2)));
  two["test_path"] = files.write("test.csv", "x,colour,y\n4,1,1.5\n");
  CHECK_THAT(files.fault(table, two),
             Contains("input 2 and that of the training samples are words on one side and numbers on the other"));
  std::string many = "c,y\n";
  for (int i = 0; i < 1001; ++i) many += "w" + std::to_string(i) + ",0.5\n";
  CHECK_THAT(files.fault(many, one_hot),
             Contains("line 1002, column 1 ('c'): more than 1000 different words; leave the column out with ignore"));
}
