// Tables as spreadsheets write them, and what is meant as a number but is none: said, never made a class in silence.
#include <fstream>

#include "datasets/describe.hpp"
#include "datasets/file/file.hpp"
#include "tests/datasets/own_files.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;

TEST_CASE("A first line sep=; says the separator and is no row", "[datasets][file][csv]") {
  const OwnFiles files;
  for (const std::string end : {"\n", "\r\n"}) {
    const std::string text = "sep=;" + end + "x;y" + end + "1,5;2" + end + "2,5;3,5" + end;
    const Dataset<double> data = files.csv(text);
    REQUIRE(data.X.cols() == 2);
    CHECK(data.X(0, 1) == 2.5);
    CHECK(data.Y(0, 1) == 3.5);
    // Lines are counted as an editor counts them.
    CHECK_THAT(files.fault("sep=;" + end + "x;y" + end + "1;2" + end + "a;3" + end), Contains("line 4, column 1 ('x')"));
  }
  CHECK(files.csv("sep=:\nx:y\n1:2.5\n2:3\n").X.cols() == 2);  // one that would not be found
  CHECK(files.csv("sep=,y\n1,2.5\n2,3\n").X.cols() == 2);      // a name
}

TEST_CASE("A table that is not UTF-8 is refused with its line", "[datasets][file][csv]") {
  const OwnFiles files;
  const std::string fault = files.fault("x,y\n1,2\n\xfc,3\n");
  CHECK_THAT(fault, Contains("line 3 is not UTF-8") && Contains("iconv -f latin1 -t utf-8"));
  CHECK_THAT(files.fault("gr\xf6\xdf"
                         "e,y\r\n1,2\r\n"),
             Contains("line 1 is not UTF-8"));
  CHECK(files
            .csv("gr\xc3\xb6\xc3\x9f"
                 "e?,y\n1,2.5\n2,3\n")
            .X.cols() == 2);  // UTF-8, with a mark of its own
}

TEST_CASE("Numbers with marks between thousands, or with another decimal sign, are no words", "[datasets][file][csv]") {
  const OwnFiles files;
  const DatasetOptions coded = {{"target", "y"}, {"categorical", "one-hot"}};
  for (const std::string number : {"\"1,000\"", "\"-12,345,678.5\"", "1'000", "1 000"}) {
    INFO(number);
    CHECK_THAT(files.fault("x,y\n1," + number + "\n2," + number + "\n"),
               Contains("line 2, column 2 ('y')") && Contains("thousands"));
    CHECK_THAT(files.fault("x,y\n" + number + ",1\n", coded), Contains("line 2, column 1 ('x')") && Contains("thousands"));
    CHECK_THAT(files.fault("x,y\n" + number + ",1\n"), Contains("thousands"));
  }
  CHECK_THAT(files.fault("x;y\n1;1.000,5\n2;2.000,5\n"), Contains("thousands"));
  CHECK_THAT(files.fault("x;y\n1.5;1,5\n2;2,5\n"), Contains("decimal comma") && Contains("decimal = \"comma\""));
  for (const std::string word : {"a1,000", "1,00", "192.168.1.1", "1,0000", "2020-01-01"}) {
    INFO(word);
    CHECK(files.csv("x;y\n1;" + word + "\n2;" + word + "\n", {{"target", "y"}, {"decimal", "comma"}}).class_names.size() == 1);
  }
}

TEST_CASE("A description says what makes a target useless", "[datasets][file][csv]") {
  const OwnFiles files;
  CHECK_THAT(describe(files.csv("x,y\n1,a\n2,a\n3,a\n")),
             Contains("every sample has the class 'a': there is nothing to learn"));
  CHECK_THAT(describe(files.csv("x,y\n1,a\n2,b\n3,c\n")), Contains("every sample has a class of its own: is this the target?"));
  CHECK_THAT(describe(files.csv("x,y\n1,a\n2,b\n3,a\n")), !Contains("every sample"));
}

TEST_CASE("A description names what is not finite and counts columns", "[datasets][file][csv]") {
  const OwnFiles files;
  bool complete = false;
  const std::string text = describe_files({{"path", files.write("my.csv", "x,y\n1,2\n1e999,3\n-4,5\n")}}, complete);
  CHECK_THAT(text, Contains("-4") && Contains("first not finite in line 3") && !Contains("inf "));
  CHECK_THAT(describe_files({{"path", files.write("one.csv", "x\n1\n2\n")}}, complete), Contains("2 samples of 1 column;"));
}

TEST_CASE("Files of other programs are refused with what to do", "[datasets][file]") {
  const OwnFiles files;
  bool complete = false;
  for (const std::string name : {"a.xlsx", "a.ods", "a.parquet", "a.json", "a.mat", "a.pkl"}) {
    INFO(name);
    const std::string path = files.write(name, "{}");
    CHECK_THAT(usage_error([&] { describe_files({{"path", path}}, complete); }), Contains("save tables as CSV"));
    CHECK_THAT(usage_error([&] { files.load({{"path", path}, {"target", "y"}}); }), Contains("save tables as CSV"));
  }
  const std::string npy = files.write("x.npy", "\x93NUMPY");
  CHECK_THAT(usage_error([&] { files.load({{"path", npy}, {"target", "y"}}); }), Contains("this is an array and not a table"));
  const std::string sparse = files.write("a.libsvm", "1 1:0.5\n2 1:0.25\n");
  CHECK_THAT(usage_error([&] { files.load({{"path", sparse}, {"target", "y"}}); }), Contains("leave target out"));
}

TEST_CASE("Of several files the memory of all is counted before they are loaded", "[datasets][file][memory]") {
  const OwnFiles files;
  std::string rows = "x,y\n";
  for (int i = 0; i < 1000; ++i) rows += "0.5,0.25\n";
  const std::string train = files.write("train.csv", rows), test = files.write("test.csv", rows);
  // 2 x 8 bytes for each of 2000 numbers, and the text of 9004 bytes: 41 kB for one file, 73 kB for both.
  const auto fault = [&](const std::string& limit, const DatasetOptions& more) {
    DatasetOptions options = {{"path", train}, {"target", "y"}, {"memory_limit", limit}};
    options.insert(more.begin(), more.end());
    return usage_error([&] { files.load(options); });
  };
  CHECK(files.load({{"path", train}, {"target", "y"}, {"memory_limit", "50e-6"}}).X.cols() == 1000);
  CHECK_THAT(fault("40e-6", {}), Contains("41 kB") && Contains("above the limit of 40 kB"));
  CHECK_THAT(fault("50e-6", {{"test_path", test}}), Contains("test.csv") && Contains("beside 32 kB for the files before"));
  CHECK(files.load({{"path", train}, {"target", "y"}, {"memory_limit", "80e-6"}, {"test_path", test}}).X_test.cols() == 1000);
  // A file that is too large is not even read.
  CHECK_THAT(fault("10e-6", {}), Contains("need at least 18 kB of memory to load, above the limit of 10 kB"));
}

TEST_CASE("CIFAR at its true size states its memory and is refused before it is loaded", "[datasets][file][memory]") {
  const OwnFiles files;
  const std::string path = files.path("train.bin");
  {  // 50000 records of a label and 3072 bytes; the file has holes, so that it takes no disk
    std::ofstream file(path, std::ios::binary);
    file.seekp(50000L * 3073 - 1);
    file.put('\0');
  }
  bool complete = false;
  const DatasetOptions options = {{"path", path}, {"format", "cifar-10"}};
  CHECK_THAT(describe_files(options, complete), Contains("loading needs about 2.61 GB of memory; the limit is "));
  CHECK(complete);
  DatasetOptions limited = options;
  limited["memory_limit"] = "2";
  CHECK_THAT(usage_error([&] { files.load(limited); }),
             Contains("50000 samples of 3073 numbers need 2.61 GB of memory to load"));
}

TEST_CASE("A suggestion leaves out what names samples, and sees words and missing values", "[datasets][file][csv]") {
  const OwnFiles files;
  const auto of = [&](const std::string& text, DatasetOptions options = {}) {
    options["path"] = files.write("my.csv", text);
    return suggest(options);
  };
  const Suggestion mixed = of(
      ",date,town,\"note, long\",size,price\n0,2020-01-01,A,p,1,10\n1,2020-01-02,B,q,2,20\n2,2020-01-03,A,r,,30\n3,2020-01-04,B,s,4,40\n");
  CHECK(mixed.target == "price");
  CHECK(mixed.ignore == std::vector<std::string>{"1", "date", "4"});
  CHECK(mixed.words);
  CHECK(mixed.missing);
  // The line "sep=;" and the row of names are none of a column's words: two of them in three rows.
  CHECK(of("\xef\xbb\xbf"
           "sep=;\nx;y\nu;1\nv;2\nu;3\n")
            .ignore.empty());
  const Suggestion plain = of("a,b,kind\n1,2,p\n3,4,q\n5,6,p\n");
  CHECK(plain.target == "kind");
  CHECK(plain.ignore.empty());
  CHECK_FALSE(plain.words);
  CHECK_FALSE(plain.missing);
  CHECK(of("a,b,kind\n1,2,p\n3,4,q\n", {{"target", "a"}}).words);
  CHECK_FALSE(of("a,b,kind\n1,2,p\n3,4,q\n", {{"target", "a"}, {"ignore", "kind"}}).words);
}
