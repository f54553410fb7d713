// QuantLib's American, Heston and barrier engines over the same options as the benchmarks beside
// it. Reads from standard input: kind (0 American, 1 Heston, 2 barrier), count, rounds, then eight
// doubles per option. Prints one JSON line: nanoseconds of processor time per option (best of
// rounds) and the prices' sum, per method.
#include <ql/quantlib.hpp>
#include <algorithm>
#include <ctime>
#include <cstdio>
#include <functional>
#include <vector>

using namespace QuantLib;

typedef std::function<double(int)> Pricer;

static void report(const char* name, int count, int rounds, const Pricer& price, bool first) {
  const auto processorNs = [] {
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
  };
  double best = 1e300, sum = 0;
  for (int round = 0; round < rounds; round++) {
    const double start = processorNs();
    sum = 0;
    for (int i = 0; i < count; i++) sum += price(i);
    best = std::min(best, (processorNs() - start) / count);
  }
  printf("%s{\"name\":\"%s\",\"ns\":%.3f,\"sum\":%.17g}", first ? "" : ",", name, best, sum);
}

int main() {
  double head[3];
  if (fread(head, sizeof(double), 3, stdin) != 3) return 1;
  const int kind = static_cast<int>(head[0]);
  const int count = static_cast<int>(head[1]);
  const int rounds = static_cast<int>(head[2]);
  std::vector<double> data(8 * count);
  if (fread(data.data(), sizeof(double), data.size(), stdin) != data.size()) return 1;
  const Date today(1, January, 2024);
  Settings::instance().evaluationDate() = today;
  const DayCounter days = Actual365Fixed();
  const auto spot = ext::make_shared<SimpleQuote>(100.0);
  const auto rate = ext::make_shared<SimpleQuote>(0.0);
  const auto yield = ext::make_shared<SimpleQuote>(0.0);
  const auto vol = ext::make_shared<SimpleQuote>(0.2);
  const Handle<YieldTermStructure> rates(
      ext::make_shared<FlatForward>(today, Handle<Quote>(rate), days));
  const Handle<YieldTermStructure> yields(
      ext::make_shared<FlatForward>(today, Handle<Quote>(yield), days));
  const Handle<BlackVolTermStructure> vols(ext::make_shared<BlackConstantVol>(
      today, NullCalendar(), Handle<Quote>(vol), days));
  const auto process = ext::make_shared<BlackScholesMertonProcess>(Handle<Quote>(spot), yields,
                                                                   rates, vols);
  // Rows: spot, strike, days, rate, yield, then three numbers of the kind.
  const auto at = [&](int i, int k) { return data[8 * i + k]; };
  const auto market = [&](int i) {
    spot->setValue(at(i, 0));
    rate->setValue(at(i, 3));
    yield->setValue(at(i, 4));
  };
  const auto expiry = [&](int i) { return today + static_cast<int>(at(i, 2)); };
  printf("[");
  if (kind == 0) {
    const auto american = [&](const ext::shared_ptr<PricingEngine>& engine, int i) {
      market(i);
      vol->setValue(at(i, 5));
      VanillaOption option(
          ext::make_shared<PlainVanillaPayoff>(at(i, 6) > 0 ? Option::Call : Option::Put, at(i, 1)),
          ext::make_shared<AmericanExercise>(today, expiry(i)));
      option.setPricingEngine(engine);
      return option.NPV();
    };
    const auto fast = ext::make_shared<QdFpAmericanEngine>(process, QdFpAmericanEngine::fastScheme());
    const auto accurate =
        ext::make_shared<QdFpAmericanEngine>(process, QdFpAmericanEngine::accurateScheme());
    const auto precise =
        ext::make_shared<QdFpAmericanEngine>(process, QdFpAmericanEngine::highPrecisionScheme());
    report("QuantLib fast scheme", count, rounds, [&](int i) { return american(fast, i); }, true);
    report("QuantLib accurate scheme", count, rounds,
           [&](int i) { return american(accurate, i); }, false);
    report("QuantLib high precision scheme", count, 1,
           [&](int i) { return american(precise, i); }, false);
  } else if (kind == 1) {
    market(0);
    const auto heston = ext::make_shared<HestonProcess>(rates, yields, Handle<Quote>(spot), at(0, 5),
                                                        1.5768, at(0, 6), 0.5751, at(0, 7));
    const auto model = ext::make_shared<HestonModel>(heston);
    const auto engine = ext::make_shared<AnalyticHestonEngine>(model, 144);
    report("QuantLib AnalyticHestonEngine, 144 points", count, rounds, [&](int i) {
      VanillaOption option(ext::make_shared<PlainVanillaPayoff>(Option::Call, at(i, 1)),
                           ext::make_shared<EuropeanExercise>(expiry(i)));
      option.setPricingEngine(engine);
      return option.NPV();
    }, true);
    const auto adaptive = ext::make_shared<AnalyticHestonEngine>(
        model, AnalyticHestonEngine::AndersenPiterbargOptCV,
        AnalyticHestonEngine::Integration::gaussLobatto(1e-10, 1e-10, 100000));
    report("QuantLib Andersen-Piterbarg, adaptive 1e-10", count, rounds, [&](int i) {
      VanillaOption option(ext::make_shared<PlainVanillaPayoff>(Option::Call, at(i, 1)),
                           ext::make_shared<EuropeanExercise>(expiry(i)));
      option.setPricingEngine(adaptive);
      return option.NPV();
    }, false);
  } else {
    const auto engine = ext::make_shared<AnalyticBarrierEngine>(process);
    const Barrier::Type types[] = {Barrier::DownIn, Barrier::DownOut, Barrier::UpIn, Barrier::UpOut};
    report("QuantLib AnalyticBarrierEngine", count, rounds, [&](int i) {
      market(i);
      vol->setValue(at(i, 5));
      BarrierOption option(types[i % 4], at(i, 6), at(i, 7),
                           ext::make_shared<PlainVanillaPayoff>(
                               (i / 4) % 2 == 0 ? Option::Call : Option::Put, at(i, 1)),
                           ext::make_shared<EuropeanExercise>(expiry(i)));
      option.setPricingEngine(engine);
      return option.NPV();
    }, true);
  }
  printf("]\n");
  return 0;
}
